import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { createApp } from '../../fixtures/apps/ledger/src/generated/jasper/index.ts'
import { createLedger } from '../../fixtures/apps/ledger/src/schema.ts'
import { randomFrom } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import { postgres } from '../../runtime/stores/postgres/index.ts'
import { quiet } from '../conformance/message-store/scene.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { auditOrder, type WrittenLine } from './audit-order.ts'

const seconds = Math.max(10, Number(process.env['JASPER_CRASH_SECONDS'] ?? '30') / 2)
const seed = Number(process.env['JASPER_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const accounts = ['ada', 'blaise', 'charles', 'dorothy', 'edsger', 'frances']

it(`messages that share a key, and those of a sequential queue, keep their order through ${seconds} s of kills, stalls and stops of three processes`, { timeout: (seconds + 150) * 1_000 }, async () => {
  console.info(`Order: JASPER_CRASH_SEED=${seed}, ${seconds} s`)
  const database = await temporaryDatabase()
  const started: ChildProcess[] = []
  const startClerk = (): ChildProcess => {
    const clerk = startLedger(database)
    started.push(clerk)
    return clerk
  }
  const sender = createApp({ name: 'ledger', store: postgres({ connectionString: database.url, connections: 3 }), log: quiet })
  try {
    await createLedger(database.pool)
    await sender.start()
    const clerks = [startClerk(), startClerk(), startClerk()]
    const random = randomFrom(seed)
    const between = (low: number, high: number): number => low + random() * (high - low)
    const end = performance.now() + seconds * 1_000
    const sent = new Map<string, number>()
    const write = async (account: string, send: (entry: number) => Promise<unknown>): Promise<void> => {
      for (let entry = 1; performance.now() < end; entry++) {
        await send(entry)
        sent.set(account, entry)
      }
    }
    const written = Promise.all([
      ...accounts.map((account) => write(account, (entry) => sender.bus.send('WriteEntry', { account, entry }, { orderingKey: account, id: randomUUID() }))),
      write('days', (day) => sender.bus.send('CloseDay', { day })),
    ])
    const told = { kills: 0, stalls: 0, stops: 0 }
    while (performance.now() < end) {
      await later(between(100, 1_500))
      const at = Math.floor(random() * clerks.length)
      const lot = random()
      if (lot < 0.6) {
        told.kills += 1
        clerks[at]!.kill('SIGKILL')
        clerks[at] = startClerk()
      } else if (lot < 0.8) {
        told.stalls += 1
        clerks[at]!.kill('SIGSTOP')
        await later(between(200, 4_000))
        clerks[at]!.kill('SIGCONT')
      } else {
        told.stops += 1
        clerks[at]!.kill('SIGTERM')
        clerks[at] = startClerk()
      }
    }
    await written
    const total = [...sent.values()].reduce((sum, count) => sum + count, 0)
    await eventually('every entry is written', async () => (await linesOf(database)).length >= total, 120_000).catch(() => undefined)

    const lines = await linesOf(database)
    console.info(`${total} messages with ${accounts.length} keys and a sequential queue, ${told.kills} kills, ${told.stalls} stalls, ${told.stops} stops`)
    expect(auditOrder(lines, sent), `seed ${seed}`).toEqual([])
    expect(total).toBeGreaterThan(100)
    expect(told.kills).toBeGreaterThan(0)
  } finally {
    for (const clerk of started) clerk.kill('SIGKILL')
    await sender.stop()
    await database.drop()
  }
})

/** The app as a user starts it, in a process of its own. */
function startLedger(database: TemporaryDatabase): ChildProcess {
  return fork(new URL('../../fixtures/apps/ledger/src/main.ts', import.meta.url), { env: { ...process.env, DATABASE_URL: database.url }, stdio: 'ignore' })
}

async function linesOf(database: TemporaryDatabase): Promise<readonly WrittenLine[]> {
  return (await database.pool.query<{ account: string; entry: number }>('select account, entry from ledger.entries order by position')).rows
}

/** The time of a fault is the random thing here, not something to wait for. */
function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
