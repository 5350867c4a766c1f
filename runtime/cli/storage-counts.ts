import { Storage } from '../durability/storage.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { table, type Column } from './table.ts'

const states = ['ready', 'claimed', 'scheduled', 'parked', 'deadLettered'] as const
const heads = ['waiting', 'claimed', 'scheduled', 'parked', 'dead letters'] as const

/** Messages that SQL has sent are counted up to so many. */
const mostUnrouted = 1_000

/** `jasper storage counts` */
export const runStorageCounts: RunCommand = async ({ store, said, terminal, paint }) => {
  const storage = new Storage(store)
  const [owner, queues, destinations] = [await storage.owner(), await storage.counts(), await storage.outgoing()]
  const unrouted = await store.unrouted.list(mostUnrouted)
  if (said.has('json')) {
    terminal.out(asDocument({ ok: true, store: store.description, owner, queues, destinations, unrouted }))
    return exitCodes.fine
  }
  const columns = (name: string, heads: readonly string[]): readonly Column[] => [
    { head: name, shrinks: true },
    ...heads.map((head) => ({ head, right: true })),
  ]
  const number = (count: number): string => (count === 0 ? '·' : count.toLocaleString('en-US'))
  const lines = [`${paint('bold', owner ?? 'no app yet')} ${paint('dim', store.description)}`, '']
  if (queues.length + destinations.length + unrouted.length === 0) lines.push('  Nothing waits, nothing is scheduled, and no letter is dead.')
  if (queues.length > 0) {
    const rows = queues.map((queue) => [queue.endpoint, ...states.map((state) => number(queue[state]))])
    const total = states.map((state) => number(queues.reduce((sum, queue) => sum + queue[state], 0)))
    lines.push(...table(columns('queue', heads), queues.length > 1 ? [...rows, ['in all', ...total]] : rows, terminal.columns, paint))
  }
  if (destinations.length > 0) {
    const sent = ['ready', 'claimed', 'scheduled', 'parked'] as const
    const rows = destinations.map((one) => [one.destination, ...sent.map((state) => number(one[state]))])
    lines.push(...(queues.length > 0 ? [''] : []), ...table(columns('to be sent to', heads.slice(0, 4)), rows, terminal.columns, paint))
  }
  if (unrouted.length > 0) {
    const count = unrouted.length === mostUnrouted ? `${mostUnrouted.toLocaleString('en-US')} or more` : unrouted.length.toLocaleString('en-US')
    const reason = unrouted.find((one) => one.reason !== undefined)?.reason
    lines.push('', `  Sent by SQL and not routed yet: ${count}${reason === undefined ? '' : `; ${reason}`}.`)
  }
  const parked = [...queues, ...destinations].reduce((sum, one) => sum + one.parked, 0)
  if (parked > 0) lines.push('', '  Parked: no process knew the type or had the transport. They go on when one does.')
  terminal.out(`${lines.join('\n')}\n`)
  return exitCodes.fine
}
