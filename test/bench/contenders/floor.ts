/**
 * The least work that gives the same guarantee, written by hand: what an experienced colleague would
 * write who needed nothing but this one case.
 */
import pg from 'pg'
import type { Contender, Reading } from '../kit/contender.ts'
import { insertOrder, ordersTable, parcel, type Parcel } from '../kit/parcel.ts'
import { latencies } from '../kit/latencies.ts'
import { timeConcurrently, timeDrain } from '../kit/timed-drain.ts'
import { freshen, warmPool } from '../kit/warm-pool.ts'
import { sendAndHandle } from './floor-send-and-handle.ts'
import { pipelinedOutbox } from './floor-pipelined-outbox.ts'

let url: string
let admin: pg.Pool
const tables = ['messages', 'done', 'orders']
const batch = 500

export const contender: Contender = {
  async open(at) {
    url = at
    admin = new pg.Pool({ connectionString: at, max: 2 })
    await admin.query(ordersTable)
    // `owner` and `epoch` are the right to settle, `done` is what recognises a duplicate.
    await admin.query(`
      create table messages (id bigint generated always as identity primary key, type text not null, owner int, epoch int not null default 0, body jsonb not null);
      create table done (id bigint primary key, at timestamptz not null default now())`)
  },

  tasks: {
    /** begin; insert; insert; commit, each awaited, as code around a driver does. */
    async enqueue({ messages, connections }) {
      const pool = await warmPool(url, connections!)
      const reading = await timeConcurrently(messages!, connections!, async () => {
        const client = await pool.connect()
        const order = parcel()
        await client.query('begin')
        await client.query(insertOrder, [order.orderId, order.customer])
        await client.query('insert into messages (type, body) values ($1, $2)', ['Kept', JSON.stringify(order)])
        await client.query('commit')
        client.release()
      })
      await pool.end()
      return await cleared(reading)
    },

    /** Claim and delete in one statement of a transaction that is open while the batch is handled: a crash undoes it. */
    async drain({ messages }) {
      await fill('Handled', messages!)
      await freshen(admin, tables)
      const pool = await warmPool(url, 2)
      const reading = await timeDrain({
        messages: messages!,
        async start(handled) {
          for (let connection = 0; connection < 2; connection += 1) void claimAndDelete(pool, handled)
        },
        isDone,
        stop: () => pool.end(),
      })
      return await cleared(reading)
    },

    async sendToHandled({ messages, senders }) {
      await freshen(admin, tables)
      const pool = await warmPool(url, 2)
      const reading = await timeDrain({
        messages: messages!,
        start: async (handled) => sendAndHandle(pool, { messages: messages!, senders: senders!, batch }, handled),
        isDone,
        stop: () => pool.end(),
      })
      return await cleared(reading)
    },

    /** NOTIFY to LISTEN, one connection to another. */
    async sendLatency({ messages }) {
      const [near, far] = await Promise.all([0, 1].map(async () => {
        const client = new pg.Client(url)
        await client.connect()
        return client
      }))
      let handled = (): void => undefined
      far!.on('notification', () => handled())
      await far!.query('listen ping')
      const reading = await latencies(messages!, async (done) => {
        handled = done
        await near!.query("select pg_notify('ping', '')")
      })
      await Promise.all([near!.end(), far!.end()])
      return reading
    },

    async outbox({ messages, connections }) {
      await fill('Outboxed', messages!)
      await freshen(admin, tables)
      const reading = await timeDrain({
        messages: messages!,
        start: (handled) => pipelinedOutbox(url, { connections: connections!, batch }, handled),
        async isDone() {
          const { rows } = await admin.query("select from messages where type = 'Outboxed' limit 1")
          return rows.length === 0
        },
        stop: async () => undefined,
      })
      return await cleared(reading)
    },
  },

  async close() {
    await admin.end()
  },
}

async function claimAndDelete(pool: pg.Pool, handled: () => void): Promise<void> {
  const client = await pool.connect()
  for (;;) {
    await client.query('begin')
    const { rows } = await client.query<{ body: Parcel }>(
      `delete from messages where id in (select id from messages where type = 'Handled' order by id limit ${batch} for update skip locked) returning id, body`,
    )
    for (const { body } of rows) if (new Date(body.placedAt).getTime() > 0) handled()
    await client.query('commit')
    if (rows.length === 0) break
  }
  client.release()
}

async function fill(type: string, messages: number): Promise<void> {
  for (let stored = 0; stored < messages; stored += 5_000) {
    const bodies = Array.from({ length: Math.min(5_000, messages - stored) }, () => JSON.stringify(parcel()))
    await admin.query('insert into messages (type, body) select $1, body::jsonb from unnest($2::text[]) body', [type, bodies])
  }
}

async function isDone(): Promise<boolean> {
  return (await admin.query('select from messages limit 1')).rows.length === 0
}

async function cleared(reading: Reading): Promise<Reading> {
  await admin.query(`truncate ${tables.join(', ')}`)
  return reading
}
