/** What most teams write: SKIP LOCKED, one message a transaction, every statement awaited. */
import pg from 'pg'
import type { Contender, Reading } from '../kit/contender.ts'
import { insertOrder, ordersTable, parcel, type Parcel } from '../kit/parcel.ts'
import { timeDrain } from '../kit/timed-drain.ts'
import { freshen, warmPool } from '../kit/warm-pool.ts'

let url: string
let admin: pg.Pool

export const contender: Contender = {
  async open(at) {
    url = at
    admin = new pg.Pool({ connectionString: at, max: 2 })
    await admin.query(ordersTable)
    await admin.query(`
      create table outbox (id bigint generated always as identity primary key, type text not null, body jsonb not null, processed_at timestamptz);
      create index on outbox (id) where processed_at is null`)
  },

  tasks: {
    async outbox({ messages, connections }) {
      const bodies = Array.from({ length: messages! }, () => JSON.stringify(parcel()))
      await admin.query(`insert into outbox (type, body) select 'Outboxed', body::jsonb from unnest($1::text[]) body`, [bodies])
      await freshen(admin, ['outbox', 'orders'])
      const pool = await warmPool(url, connections!)
      const reading: Reading = await timeDrain({
        messages: messages!,
        async start(handled) {
          for (let worker = 0; worker < connections!; worker += 1) void work(pool, handled)
        },
        async isDone() {
          return (await admin.query(`select from outbox where processed_at is null and type = 'Outboxed' limit 1`)).rows.length === 0
        },
        stop: () => pool.end(),
      })
      await admin.query('truncate outbox, orders')
      return reading
    },
  },

  async close() {
    await admin.end()
  },
}

async function work(pool: pg.Pool, handled: () => void): Promise<void> {
  const client = await pool.connect()
  for (let found = true; found; ) {
    await client.query('begin')
    const { rows } = await client.query<{ id: string; body: Parcel }>(
      `select id, body from outbox where processed_at is null and type = 'Outboxed' order by id limit 1 for update skip locked`,
    )
    const [message] = rows
    found = message !== undefined
    if (message !== undefined) {
      handled()
      await client.query(insertOrder, [message.body.orderId, message.body.customer])
      await client.query('insert into outbox (type, body) values ($1, $2)', ['Kept', JSON.stringify(message.body)])
      await client.query('update outbox set processed_at = now() where id = $1', [message.id])
    }
    await client.query('commit')
  }
  client.release()
}
