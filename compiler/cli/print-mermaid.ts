import { localQueueOf } from '../chain/local-queue.ts'
import type { ChainDescription, ProjectDescription } from '../describe-project.ts'

/**
 * The description as a Mermaid flowchart: messages are rounded, handlers stand in boxes with what they
 * run in, places outside of the app are cylinders, timetables are hexagons. An arrow from a message to its
 * handlers is labelled where the message does not go to the queue of its own name.
 */
export function printMermaid({ chains, queues, routes, recurring, unhandled }: ProjectDescription): string {
  const inChains = chains.flatMap((chain) => [chain.message, ...chain.cascades])
  const messages = [...new Set([...inChains, ...routes.map(({ message }) => message), ...unhandled])].sort()
  const addresses = [...routes.flatMap(({ destinations }) => destinations), ...queues.map(({ address }) => address)]
  const places = [...new Set(addresses)].filter((address) => !isLocal(address)).sort()
  const idOf = (list: readonly string[], letter: string) => (name: string) => `${letter}${list.indexOf(name) + 1}`
  const message = idOf(messages, 'm')
  const place = idOf(places, 'p')
  const lines = [
    'flowchart LR',
    ...messages.map((name) => `  ${message(name)}([${quoted(name)}])`),
    ...chains.map((chain, index) => `  c${index + 1}[${quoted(...boxLines(chain))}]`),
    ...places.map((address) => `  ${place(address)}[(${quoted(address)})]`),
    ...recurring.map((rule, index) => `  t${index + 1}{{${quoted(rule.name, rule.timetable)}}}`),
    ...chains.flatMap((chain, index) => [
      `  ${message(chain.message)} -->${labelOf(chain)} c${index + 1}`,
      ...chain.cascades.map((cascaded) => `  c${index + 1} --> ${message(cascaded)}`),
    ]),
    ...recurring.flatMap((rule, index) => (messages.includes(rule.message) ? [`  t${index + 1} -.-> ${message(rule.message)}`] : [])),
    ...routes.flatMap((route) => route.destinations.filter((address) => !isLocal(address)).map((address) => `  ${message(route.message)} ==> ${place(address)}`)),
    ...queues.filter(({ address }) => !isLocal(address)).flatMap((queue) => queue.messages.map((name) => `  ${place(queue.address)} ==> ${message(name)}`)),
    ...(chains.length === 0 ? [] : ['  classDef chain text-align:left', `  class ${chains.map((_, index) => `c${index + 1}`).join(',')} chain`]),
  ]
  return `${lines.join('\n')}\n`
}

/** Without lines: the picture stands in somebody's docs, and a line moves with every other. */
function boxLines({ handlers, transaction }: ChainDescription): readonly string[] {
  return [...handlers.flatMap(({ name, place }) => [name, place.replace(/:\d+$/, '')]), ...(transaction === undefined ? [] : [`in a transaction of ${transaction}`])]
}

/** The queues of a chain, where they are not what its message's name says. */
function labelOf({ message, queues }: ChainDescription): string {
  const local = queues.filter(isLocal)
  return local.length === 0 || (local.length === 1 && local[0] === localQueueOf(message)) ? '' : `|${quoted(...local)}|`
}

function isLocal(address: string): boolean {
  return address.startsWith('local://')
}

/** A label: what Mermaid or a browser would read as marks is written as an entity. */
function quoted(...lines: readonly string[]): string {
  const escape = (text: string) => text.replaceAll(/[^\p{L}\p{N} .,:;/()_-]/gu, (mark) => `#${mark.codePointAt(0) ?? 0};`)
  return `"${lines.map(escape).join('<br/>')}"`
}
