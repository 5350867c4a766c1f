import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DeclarationTag } from './declaration-tags.ts'
import type { MessageMarkers } from './discovered.ts'
import type { SourceSpan } from './source-span.ts'

/** What may stand above a message besides its name and version. */
export const markerTags = ['queue', 'topic', 'deliverWithin'] as const

/** The name of a local queue as the runtime's `queue(...)` takes it, which a test holds it to. */
const queueName = /^(?:local:\/\/)?([a-z0-9][a-z0-9._\-/]{0,199})$/
/** Words with dots between them. A `*` or a `#` is a pattern to brokers, and no topic. */
const topicName = /^[A-Za-z0-9][\w.:/-]{0,199}$/
/** A length of time as the runtime's `Duration` has it, which a test holds it to; no time is none. */
const duration = /^(?=.*[1-9])\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d)$/

/** Reads the markers of a message type: `@queue payments`, `@topic orders.placed`, `@deliverWithin 30s`. */
export function readMarkers(
  typeName: string,
  tags: readonly DeclarationTag[],
  bag: DiagnosticBag,
  spanOf: (tag: DeclarationTag) => SourceSpan,
): MessageMarkers {
  const read = (name: (typeof markerTags)[number], code: 'JG2030' | 'JG2031' | 'JG2032', pattern: RegExp): string | undefined => {
    const tag = tags.find((one) => one.name === name)
    if (tag === undefined) return undefined
    const [word = ''] = tag.text.split(/\s/)
    const match = pattern.exec(word)
    if (match !== null) return match[1] ?? word
    bag.report(code, { type: typeName, found: tag.text === '' ? 'missing' : JSON.stringify(tag.text.slice(0, 60)) }, { span: spanOf(tag) })
    return undefined
  }
  const queue = read('queue', 'JG2030', queueName)
  const topic = read('topic', 'JG2031', topicName)
  const deliverWithin = read('deliverWithin', 'JG2032', duration)
  return {
    ...(queue !== undefined && { queue: `local://${queue}` }),
    ...(topic !== undefined && { topic }),
    ...(deliverWithin !== undefined && { deliverWithin }),
  }
}
