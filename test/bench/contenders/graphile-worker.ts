/**
 * graphile-worker as its documentation advises for speed: a local queue of 500, batched completions
 * without delay, jobs added by SQL on the user's own client, as many at once as the pool has connections.
 */
import { createRequire } from 'node:module'
import pg from 'pg'
import type { Contender, Reading } from '../kit/contender.ts'
import { insertOrder, ordersTable, parcel } from '../kit/parcel.ts'
import { countIdle } from '../kit/count-idle.ts'
import { latencies } from '../kit/latencies.ts'
import { timeConcurrently, timeDrain } from '../kit/timed-drain.ts'
import { freshen, warmPool } from '../kit/warm-pool.ts'

/** What is used of it here. It is installed when the benchmark runs, so its own types are not there for tsc. */
interface GraphileWorker {
  run(options: object): Promise<{ stop(): Promise<void>; addJob(name: string, payload: unknown): Promise<unknown> }>
  makeWorkerUtils(options: object): Promise<{ migrate(): Promise<void>; release(): Promise<void> }>
  Logger: new (factory: () => () => void) => object
}
const { run, makeWorkerUtils, Logger } = createRequire(import.meta.url)('graphile-worker') as GraphileWorker
const logger = new Logger(() => () => undefined)

let url: string
let admin: pg.Pool
const tables = ['graphile_worker._private_jobs', 'orders']

export const contender: Contender = {
  async open(at) {
    url = at
    admin = new pg.Pool({ connectionString: at, max: 2 })
    await admin.query(ordersTable)
    const utils = await makeWorkerUtils({ pgPool: admin, logger })
    await utils.migrate()
    await utils.release()
  },

  tasks: {
    async enqueue({ messages, connections }) {
      const pool = await warmPool(url, connections!)
      const reading = await timeConcurrently(messages!, connections!, async () => {
        const client = await pool.connect()
        const order = parcel()
        await client.query('begin')
        await client.query(insertOrder, [order.orderId, order.customer])
        await client.query('select from graphile_worker.add_job($1, $2::json)', ['kept', JSON.stringify(order)])
        await client.query('commit')
        client.release()
      })
      await pool.end()
      return await cleared(reading)
    },

    async drain({ messages, concurrency }) {
      await admin.query(
        `select count(*) from graphile_worker.add_jobs((
          select array_agg(json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'handled', 'payload', body::json)))
          from json_array_elements_text($1::json) body))`,
        [JSON.stringify(Array.from({ length: messages! }, () => JSON.stringify(parcel())))],
      )
      await freshen(admin, tables)
      return await cleared(await drain(messages!, concurrency!, () => undefined))
    },

    async sendLatency({ messages }) {
      const pool = await warmPool(url, 4)
      let began: (orderId: string) => void = () => undefined
      const runner = await run({
        pgPool: pool,
        logger,
        noHandleSignals: true,
        preset: { worker: { concurrentJobs: 4 } },
        taskList: { pinged: (payload: unknown) => began((payload as { orderId: string }).orderId) },
      })
      const reading = await latencies(messages!, async (handled) => {
        const order = parcel()
        began = (orderId) => orderId === order.orderId && handled()
        await runner.addJob('pinged', order)
      })
      await runner.stop()
      await pool.end()
      return reading
    },

    async idle({ seconds }) {
      const runner = await run({ connectionString: url, logger, noHandleSignals: true, taskList: { pinged: () => undefined } })
      const reading = await countIdle(admin, url, seconds!)
      await runner.stop()
      return reading
    },

    async sendToHandled({ messages, senders, concurrency }) {
      await freshen(admin, tables)
      return await cleared(
        await drain(messages!, concurrency!, (addJob) => {
          let left = messages!
          for (let sender = 0; sender < senders!; sender += 1) {
            void (async () => {
              while (left-- > 0) await addJob('handled', parcel())
            })()
          }
        }),
      )
    },
  },

  async close() {
    await admin.end()
  },
}

type AddJob = (name: string, payload: unknown) => Promise<unknown>

async function drain(messages: number, concurrency: number, whenRunning: (addJob: AddJob) => void): Promise<Reading> {
  const pool = await warmPool(url, concurrency + 2)
  let runner: Awaited<ReturnType<GraphileWorker['run']>>
  return await timeDrain({
    messages,
    async start(handled) {
      runner = await run({
        pgPool: pool,
        logger,
        noHandleSignals: true,
        preset: {
          worker: {
            concurrentJobs: concurrency,
            localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
        taskList: {
          handled: (payload: unknown) => {
            if (new Date((payload as { placedAt: string }).placedAt).getTime() > 0) handled()
          },
        },
      })
      whenRunning((name, payload) => runner.addJob(name, payload))
    },
    async isDone() {
      return (await admin.query('select from graphile_worker._private_jobs limit 1')).rows.length === 0
    },
    async stop() {
      await runner.stop()
      await pool.end()
    },
  })
}

async function cleared(reading: Reading): Promise<Reading> {
  await admin.query('truncate graphile_worker._private_jobs, orders')
  return reading
}
