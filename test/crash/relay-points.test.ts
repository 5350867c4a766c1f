import type { ChildProcess } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import type { FaultPoint } from '../../runtime/timing/fault-point.ts'
import { Trial, recorder } from '../conformance/transport/apps.ts'
import { DemoBroker } from '../support/demo-broker.ts'
import { demoTransport } from '../support/demo-transport.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { documentsOf, ended, killed, startProcess } from './faulty-process.ts'

interface Said {
  readonly accepted?: number
  readonly handled?: number
}

let database: TemporaryDatabase
let broker: DemoBroker
const children: ChildProcess[] = []

beforeEach(async () => {
  database = await temporaryDatabase()
  broker = await new DemoBroker().start()
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(killed))
  await broker.stop()
  await database.drop()
})

/** A process that sends or receives, and what it has said. */
function start(options: { readonly sends?: number; readonly listens?: boolean; readonly fault?: string }) {
  const { sends = 0, listens = false, fault } = options
  const about = JSON.stringify({ url: database.url, port: broker.port, sends, listens })
  const program = new URL('traffic-process.ts', import.meta.url).pathname
  const child = startProcess(program, [about], fault === undefined ? {} : { JASPER_FAULT: fault })
  children.push(child)
  const said = documentsOf<Said>(child)
  return { child, said, signal: ended(child), numbers: (what: keyof Said) => said.flatMap((one) => one[what] ?? []) }
}

/**
 * How many messages are sent, at which passing of the point the process dies, and whether the broker may
 * be given one twice. Before the second batch the first may not be noted yet: it is the first that is killed.
 */
const sentTwice: readonly (readonly [FaultPoint, number, number, boolean, string])[] = [
  ['relay.before-send', 30, 1, false, 'a relay killed before a batch is sent loses none of it, and the next sends each once'],
  ['relay.after-send', 30, 2, true, 'a relay killed before it could note a sent batch sends it again, and the inbox drops the second'],
  ['relay.after-settle', 1, 1, false, 'a relay killed after it has noted a batch does not send it again'],
]

describe('the crash points of messages that leave and come in', () => {
  for (const [point, sends, passing, mayRepeat, promise] of sentTwice) {
    it(`${promise} (${point})`, { timeout: 60_000 }, async () => {
      const a = recorder()
      const place = { transport: () => demoTransport({ port: broker.port }), drop: async () => undefined } as never
      const trial = new Trial(place, () => inMemory())
      await trial.start({ name: 'receiver', handlers: { A: a.handle }, routes: ({ listen }) => listen('demo://queue/a') })
      try {
        const first = start({ sends, fault: `${point}:${passing}:kill` })
        expect(await first.signal).toBe('SIGKILL')
        const accepted = first.numbers('accepted')
        const second = start({})
        await eventually(
          'the second process has sent everything',
          async () => (await database.pool.query<{ n: number }>('select count(*)::int as n from jasper.outgoing')).rows[0]!.n === 0,
          30_000,
        )
        await eventually('everything is handled', () => a.runs.length > 0 && accepted.every((n) => a.numbers().includes(n)))
        expect(new Set(a.numbers()).size, 'each is handled once').toBe(a.runs.length)
        const ids = broker.taken.map(({ id }) => id)
        const repeated = ids.filter((id, at) => ids.indexOf(id) < at)
        const batches = new Set(broker.taken.filter(({ id }) => repeated.includes(id)).map(({ batch }) => batch))
        if (mayRepeat) expect(repeated.length, 'the batch is sent twice').toBeGreaterThan(0)
        else expect(repeated).toEqual([])
        expect(Math.max(0, ...ids.map((id) => ids.filter((other) => other === id).length)), 'twice at the most').toBeLessThanOrEqual(2)
        expect(batches.size).toBeLessThanOrEqual(4)
        await killed(second.child)
      } finally {
        await trial.end()
      }
    })
  }

  const stored = 'a listener killed when messages are stored and not acknowledged handles each once, though they are delivered again'
  it(`${stored} (receive.after-insert)`, { timeout: 60_000 }, async () => {
    for (let n = 0; n < 20; n++) broker.put('a', { 'jasper-id': `order ${n}`, 'jasper-message-type': 'A' }, JSON.stringify({ n }))
    const first = start({ listens: true, fault: 'receive.after-insert:kill' })
    expect(await first.signal).toBe('SIGKILL')
    expect(first.numbers('handled')).toEqual([])
    expect(broker.waiting('a')).toBe(20)
    const second = start({ listens: true })
    await eventually('all are handled', () => second.numbers('handled').length >= 20, 30_000)
    await eventually('all are acknowledged', () => broker.waiting('a') + broker.unsettled('a') === 0)
    expect([...second.numbers('handled')].sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })
})
