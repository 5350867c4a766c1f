/**
 * pg-boss as its documentation advises for speed: batches of 100, ten local workers, bursts while batches
 * are full, LISTEN/NOTIFY for the queue that is sent to while it is worked, `send({ db })` in the user's
 * own transaction.
 */
import { createRequire } from 'node:module'
import pg from 'pg'
import type { Contender, Reading } from '../kit/contender.ts'
import { insertOrder, ordersTable, parcel } from '../kit/parcel.ts'
import { countIdle } from '../kit/count-idle.ts'
import { timeConcurrently, timeDrain } from '../kit/timed-drain.ts'
import { freshen, warmPool } from '../kit/warm-pool.ts'

/** What is used of it here; as for graphile-worker. */
interface Boss {
  start(): Promise<unknown>
  stop(options: object): Promise<void>
  on(event: 'error' | 'warning', listener: (error: Error) => void): void
  createQueue(name: string, options?: object): Promise<void>
  send(name: string, payload: object, options?: object): Promise<unknown>
  insert(name: string, jobs: readonly object[]): Promise<unknown>
  work(name: string, options: object, handler: (jobs: readonly { data: { placedAt: string } }[]) => Promise<void>): Promise<unknown>
}
const { PgBoss } = createRequire(import.meta.url)('pg-boss') as { PgBoss: new (options: object) => Boss }

let url: string
let admin: pg.Pool
let boss: Boss
const tables = ['pgboss.job_common', 'orders']

export const contender: Contender = {
  async open(at) {
    url = at
    admin = new pg.Pool({ connectionString: at, max: 2 })
    await admin.query(ordersTable)
    boss = new PgBoss({ connectionString: at, max: 20, useListenNotify: true })
    boss.on('error', (error) => console.error('pg-boss:', error.message))
    boss.on('warning', () => undefined)
    await boss.start()
    await boss.createQueue('kept')
    await boss.createQueue('handled')
    await boss.createQueue('sent', { notify: true })
  },

  tasks: {
    async enqueue({ messages, connections }) {
      const pool = await warmPool(url, connections!)
      const reading = await timeConcurrently(messages!, connections!, async () => {
        const client = await pool.connect()
        const order = parcel()
        await client.query('begin')
        await client.query(insertOrder, [order.orderId, order.customer])
        await boss.send('kept', order, { db: { executeSql: (text: string, values: unknown[]) => client.query(text, values) } })
        await client.query('commit')
        client.release()
      })
      await pool.end()
      return await cleared(reading)
    },

    async drain({ messages }) {
      for (let stored = 0; stored < messages!; stored += 5_000) {
        await boss.insert('handled', Array.from({ length: Math.min(5_000, messages! - stored) }, () => ({ data: parcel() })))
      }
      await freshen(admin, tables)
      return await cleared(await drain('handled', messages!, () => undefined))
    },

    async idle({ seconds }) {
      await boss.work('handled', {}, async () => undefined)
      return await countIdle(admin, url, seconds!)
    },

    async sendToHandled({ messages, senders }) {
      await freshen(admin, tables)
      return await cleared(
        await drain('sent', messages!, () => {
          let left = messages!
          for (let sender = 0; sender < senders!; sender += 1) {
            void (async () => {
              while (left-- > 0) await boss.send('sent', parcel())
            })()
          }
        }),
      )
    },
  },

  async close() {
    await boss.stop({ graceful: false })
    await admin.end()
  },
}

async function drain(queue: string, messages: number, whenRunning: () => void): Promise<Reading> {
  const worker = new PgBoss({ connectionString: url, max: 20, supervise: false, schedule: false, useListenNotify: true })
  worker.on('error', (error) => console.error('pg-boss:', error.message))
  worker.on('warning', () => undefined)
  return await timeDrain({
    messages,
    async start(handled) {
      await worker.start()
      const options = { batchSize: 100, localConcurrency: 10, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true }
      await worker.work(queue, options, async (jobs) => {
        for (const { data } of jobs) if (new Date(data.placedAt).getTime() > 0) handled()
      })
      whenRunning()
    },
    async isDone() {
      const { rows } = await admin.query("select from pgboss.job where name = $1 and state < 'completed' limit 1", [queue])
      return rows.length === 0
    },
    stop: () => worker.stop({ graceful: false }),
  })
}

async function cleared(reading: Reading): Promise<Reading> {
  await admin.query('truncate pgboss.job cascade')
  await admin.query('truncate orders')
  return reading
}
