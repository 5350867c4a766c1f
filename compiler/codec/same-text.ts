import type { CodecScalar } from './codec-plan.ts'

/** A scalar that is text on the wire and something else, or less, than any text in the program. */
type TextScalar =
  | { readonly kind: 'bigint' | 'bigint-literals' | 'date' | 'url' | 'bytes' | 'buffer' }
  | Extract<CodecScalar, { readonly kind: 'pattern' }>

/** Text that each kind could have sent, generously: `readDate` and the others say more exactly what is wrong. */
const looks: Readonly<Record<Exclude<TextScalar['kind'], 'pattern'>, (text: string) => boolean>> = {
  bigint: (text) => /^-?\d+$/.test(text),
  'bigint-literals': (text) => /^-?\d+$/.test(text),
  date: (text) => /^[+-]?\d{4,6}-\d\d-\d\dT/.test(text),
  url: (text) => /^[a-z][a-z\d+.-]*:/i.test(text),
  bytes: (text) => /^[A-Za-z\d+/]*={0,2}$/.test(text),
  buffer: (text) => /^[A-Za-z\d+/]*={0,2}$/.test(text),
}

/**
 * Pairs among the scalars of a union that could not be told apart when they arrive, by what they are
 * called. A date, a URL and bytes cannot be mistaken for each other: their texts begin differently, or
 * hold characters that the others never do.
 */
export function sameTexts(scalars: readonly CodecScalar[]): readonly (readonly [string, string])[] {
  const found: [string, string][] = []
  const special = scalars.filter(isText)
  for (const [index, scalar] of special.entries()) {
    for (const other of scalars) {
      if (other.kind === 'string' && scalar.kind !== 'pattern') found.push([scalarName(scalar), 'string'])
      if (other.kind !== 'literals' || scalar.kind === 'pattern') continue
      const literal = other.values.find((value) => typeof value === 'string' && looks[scalar.kind](value))
      if (literal !== undefined) found.push([scalarName(scalar), JSON.stringify(literal)])
    }
    for (const other of special.slice(index + 1)) if (mayMeet(scalar, other)) found.push([scalarName(scalar), scalarName(other)])
  }
  return found
}

function mayMeet(first: TextScalar, second: TextScalar): boolean {
  if (first.kind === 'pattern' && second.kind === 'pattern') return false
  if (first.kind === 'pattern') return mayMeet(second, first)
  if (second.kind === 'pattern') {
    if (first.kind !== 'date' && first.kind !== 'bigint' && first.kind !== 'bigint-literals') return true
    // What begins with something else than a digit or a sign is neither a date nor a number.
    return !second.templates.some(({ texts: [start = ''] }) => /^[^\d+-]/.test(start))
  }
  const kinds = new Set([first.kind, second.kind].map((kind) => (kind === 'bigint-literals' ? 'bigint' : kind)))
  return kinds.has('bytes') ? kinds.has('bigint') || kinds.has('buffer') : kinds.has('buffer') && kinds.has('bigint')
}

function isText(scalar: CodecScalar): scalar is CodecScalar & TextScalar {
  return scalar.kind === 'pattern' || Object.hasOwn(looks, scalar.kind)
}

/** What a scalar is called in TypeScript. */
function scalarName(scalar: TextScalar): string {
  switch (scalar.kind) {
    case 'date':
      return 'Date'
    case 'url':
      return 'URL'
    case 'bytes':
      return 'Uint8Array'
    case 'buffer':
      return 'Buffer'
    case 'pattern':
      return scalar.templates.map(templateText).join(' & ')
    default:
      return 'bigint'
  }
}

/** A template as TypeScript writes it. */
export function templateText({ texts, holes }: { readonly texts: readonly string[]; readonly holes: readonly string[] }): string {
  const type = (hole: string): string => (/^[A-Z]/.test(hole) ? `${hole}<string>` : hole)
  return `\`${texts.map((text, index) => text + (holes[index] === undefined ? '' : `\${${type(holes[index])}}`)).join('')}\``
}
