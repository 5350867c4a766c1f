import type { DiscoveredMessage, HandlerFunction } from '../discover/discovered.ts'

/**
 * The queue of a message that no route names. The runtime's `localQueueOf` decides; this is the same
 * rule, held to it by a test, because a build loads nothing of the runtime.
 */
export function localQueueOf(message: string): string {
  return `local://${wordsOf(message, 'message')}`
}

/** The queue of a message of which neither a route nor a policy speaks: the one of its `@queue`, else its own. */
export function queueOfMessage({ name, queue }: Pick<DiscoveredMessage, 'name' | 'queue'>): string {
  return queue ?? localQueueOf(name)
}

/**
 * What a handler that has a message for itself adds to its queue and to its generated file: the name of its
 * class or file, and of its function where that says more than `handle`. What other handlers there are
 * makes no difference: nobody's queue changes its name with a handler of somebody else.
 */
export function ownName(called: HandlerFunction): string {
  const [base, name] =
    called.kind === 'function' ? [called.file.split('/').at(-1)!.replace(/\.[cm]?ts$/, ''), called.export] : [called.export, called.method]
  const owner = wordsOf(base.replace(/\.(handler|consumer)$/, ''), 'handler')
  return plain.has(name) ? owner : `${owner}.${wordsOf(name, 'handler')}`
}

const plain: ReadonlySet<string> = new Set(['handle', 'consume'])

function wordsOf(text: string, otherwise: string): string {
  const words = text.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
  const name = words.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-').replace(/^[._-]+/, '')
  return name === '' ? otherwise : name
}
