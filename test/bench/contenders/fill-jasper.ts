import type pg from 'pg'
import { parcel } from '../kit/parcel.ts'

type Schedule = (message: ReturnType<typeof parcel>, when: '365d') => Promise<unknown>

/**
 * Stores messages as other processes of the app would have: one is scheduled by the app for far later,
 * and SQL multiplies its row, with ids in order and an order id of its own for each. Nobody is told.
 */
export async function fillQueue(admin: pg.Pool, messages: number, schedule: Schedule, owner: string | null = null): Promise<void> {
  const template = parcel()
  await schedule(template, '365d')
  const { rows } = await admin.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = 'jasper' and table_name = 'incoming' and column_name not in ('id', 'seq', 'status', 'due_at', 'body', 'owner', 'epoch')`,
  )
  const same = rows.map(({ name }) => name).join(', ')
  await admin.query(
    `insert into jasper.incoming (id, status, owner, epoch, body, ${same})
     select (lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0')
         || '8' || substr(md5(random()::text), 1, 15))::uuid, 'ready', $3::uuid, case when $3::uuid is null then 0 else 1 end,
       convert_to(replace(convert_from(body, 'UTF8'), $2, gen_random_uuid()::text), 'UTF8'), ${same}
     from jasper.incoming cross join generate_series(1, $1::int) n where due_at is not null`,
    [messages, template.orderId, owner],
  )
  await admin.query('delete from jasper.incoming where due_at is not null')
}
