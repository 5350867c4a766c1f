/**
 * The member of `services` for a type: its name in camelCase.
 *
 * `Mailer` is `mailer`, `SMTPClient` is `smtpClient`, `Knex.Client` is `knexClient`.
 */
export function serviceName(symbol: string): string {
  const [first = '', ...rest] = symbol.split('.')
  return lowerFirstWord(first) + rest.join('')
}

function lowerFirstWord(name: string): string {
  const capitals = /^[A-Z]+/.exec(name)?.[0].length ?? 0
  // In `SMTPClient` the last capital begins the next word.
  const startsNextWord = capitals > 1 && capitals < name.length && /[a-z]/.test(name.charAt(capitals))
  const lowered = startsNextWord ? capitals - 1 : capitals
  return name.slice(0, lowered).toLowerCase() + name.slice(lowered)
}
