import type { MessageChoice, MessageFacts } from '../contracts/message-match.ts'

/** Whether a rule for `choice` is a rule for this message. */
export function isChosen(choice: MessageChoice, message: MessageFacts): boolean {
  if (typeof choice === 'string') return choice === message.name
  if (typeof choice === 'function') return choice(message)
  if ('namespace' in choice) return message.name.startsWith(`${choice.namespace}.`)
  return message.name.startsWith(choice.prefix)
}

/** A choice as the routes spell it, for errors and explanations. */
export function choiceInWords(choice: MessageChoice): string {
  if (typeof choice === 'string') return `'${choice}'`
  if (typeof choice === 'function') return choice.name === '' ? 'a function' : choice.name
  return 'namespace' in choice ? `{ namespace: '${choice.namespace}' }` : `{ prefix: '${choice.prefix}' }`
}

/** Why `choice` cannot stand in a rule; `undefined` when it can. */
export function flawOfChoice(choice: MessageChoice): string | undefined {
  if (typeof choice === 'string' || typeof choice === 'function') return undefined
  const [member, another] = typeof choice === 'object' && choice !== null ? Object.entries(choice) : []
  const isOne = member !== undefined && another === undefined && (member[0] === 'namespace' || member[0] === 'prefix')
  if (isOne && typeof member[1] === 'string' && member[1] !== '' && !(member[0] === 'namespace' && member[1].endsWith('.'))) return undefined
  return `${JSON.stringify(choice)} names no messages. Write a wire name, { namespace: 'orders' }, { prefix: 'Order' } or a function of a message.`
}
