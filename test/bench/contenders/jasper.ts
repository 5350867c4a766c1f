import type { App } from 'jasper-runtime'
import { postgres } from 'jasper-runtime/postgres'
import pg from 'pg'
import type { Contender, Reading } from '../kit/contender.ts'
import { ordersTable, parcel, type Parcel } from '../kit/parcel.ts'
import { timeConcurrently, timeDrain } from '../kit/timed-drain.ts'
import { freshen, warmPool } from '../kit/warm-pool.ts'
import { fillQueue } from './fill-jasper.ts'

/** What the generated index of `app/` exports; it is generated when the benchmark runs. */
interface BenchMessages {
  readonly Kept: { readonly message: Parcel; readonly reply: undefined }
  readonly Handled: { readonly message: Parcel; readonly reply: undefined }
  readonly Ordered: { readonly message: Parcel; readonly reply: Parcel }
  readonly Outboxed: { readonly message: Parcel; readonly reply: Parcel }
  readonly Pinged: { readonly message: Parcel; readonly reply: undefined }
}
interface Probe {
  keep(): Promise<void>
  began(orderId: string): void
}
interface Generated {
  createApp(options: object): App<BenchMessages>
}

const index = new URL('../app/src/generated/jasper/index.ts', import.meta.url).href
const { createApp } = (await import(index)) as Generated

let url: string
let admin: pg.Pool
const tables = ['jasper.incoming', 'jasper.completed', 'orders']

/** A running app; `stop` lets go of the message that the gate of `Kept` holds. */
export async function runningApp(at: string, connections: number, began: (orderId: string) => void = () => undefined) {
  const pool = await warmPool(at, connections)
  let open!: () => void
  const gate = new Promise<void>((resolve) => (open = resolve))
  const probe: Probe = { keep: () => gate, began }
  const app = createApp({ name: 'bench', store: postgres({ pool }), services: { probe }, log: quiet })
  await app.start()
  return {
    app,
    async stop(): Promise<void> {
      const stopping = app.stop()
      open()
      await stopping
      await pool.end()
    },
  }
}

/** Schedules one message by an app that runs for no longer than that. */
export function schedulerOf(at: string, messageType: 'Handled' | 'Outboxed') {
  return async (message: Parcel, when: '365d'): Promise<void> => {
    const { app, stop } = await runningApp(at, 1)
    await app.bus.schedule(messageType, message, when)
    await stop()
  }
}

const say = (event: string, fields?: object): void => console.error('jasper:', event, fields ?? '')
export const quiet = { debug() {}, info() {}, warn: say, error: say }

export const contender: Contender = {
  async open(at) {
    url = at
    admin = new pg.Pool({ connectionString: at, max: 2 })
    await admin.query(ordersTable)
    const store = postgres({ connectionString: at })
    await store.connect()
    await store.close()
  },

  tasks: {
    async enqueue({ messages, connections }) {
      const { app, stop } = await runningApp(url, connections!)
      const reading = await timeConcurrently(messages!, connections!, async () => void (await app.bus.invoke('Ordered', parcel())))
      await check('select count(*)::int as n from orders', messages!)
      await stop()
      return await cleared(reading)
    },

    async drain({ messages }) {
      await filled('Handled', messages!)
      await freshen(admin, tables)
      return await cleared(await drain(messages!, () => undefined))
    },

    async sendToHandled({ messages, senders }) {
      await freshen(admin, tables)
      return await cleared(
        await drain(messages!, (app) => {
          let left = messages!
          for (let sender = 0; sender < senders!; sender += 1) {
            void (async () => {
              while (left-- > 0) await app.bus.send('Handled', parcel())
            })()
          }
        }),
      )
    },

    async outbox({ messages, connections }) {
      await filled('Outboxed', messages!)
      await freshen(admin, tables)
      const reading = await drain(messages!, () => undefined, connections)
      await check('select count(*)::int as n from orders', messages!)
      return await cleared(reading)
    },
  },

  async close() {
    await admin.end()
  },
}

async function filled(messageType: 'Handled' | 'Outboxed', messages: number): Promise<void> {
  await fillQueue(admin, messages, schedulerOf(url, messageType))
}

async function drain(messages: number, whenRunning: (app: App<BenchMessages>) => void, connections = 2): Promise<Reading> {
  let running: Awaited<ReturnType<typeof runningApp>>
  return await timeDrain({
    messages,
    async start(handled) {
      running = await runningApp(url, connections, handled)
      whenRunning(running.app)
    },
    async isDone() {
      const { rows } = await admin.query("select from jasper.incoming where message_type <> 'Kept' limit 1")
      return rows.length === 0
    },
    stop: () => running.stop(),
  })
}

async function check(query: string, expected: number): Promise<void> {
  const { rows } = await admin.query<{ n: number }>(query)
  if (rows[0]!.n !== expected) throw new Error(`${query}: ${rows[0]!.n} instead of ${expected}`)
}

async function cleared(reading: Reading): Promise<Reading> {
  await admin.query(`truncate ${tables.join(', ')}`)
  return reading
}
