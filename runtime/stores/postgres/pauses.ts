import type { EndpointPause, Pauses } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { storable } from './message-rows.ts'
import type { OwnPool } from './own-pool.ts'
import { sql } from './sql.ts'
import { milliseconds, type StoreContext } from './store-context.ts'

export function pauses(context: StoreContext, pool: () => OwnPool): Pauses {
  const { tables, now } = context
  return {
    /** A pause that lasts longer wins; one that is over is as good as none. */
    async pause({ endpoint, forMs, reason, by }) {
      const until = forMs === undefined ? sql`null::timestamptz` : sql`${now()} + ${milliseconds(forMs)}`
      await pool().run(sql`
        with over as (
          delete from ${tables.pauses} where until <= ${now()} and endpoint <> ${endpoint}::text
        )
        insert into ${tables.pauses} as p (endpoint, since, until, reason, by_node)
        values (${endpoint}::text, ${now()}, ${until}, ${storable(reason)}::text, ${by}::uuid)
        on conflict (endpoint) do update
          set since = excluded.since, until = excluded.until, reason = excluded.reason, by_node = excluded.by_node
          where p.until <= ${now()} or (p.until is not null and (excluded.until is null or excluded.until > p.until))`)
    },

    async resume(endpoint) {
      const rows = await pool().run(sql`
        delete from ${tables.pauses} where endpoint = ${endpoint}::text
        returning until is null or until > ${now()} as was_paused`)
      return rows[0]?.['was_paused'] === true
    },

    async list() {
      const [row] = await pool().run(sql`select ${pausesInForce(context)} as pauses`)
      return readPauses(row!['pauses'])
    },
  }
}

/** A condition: the endpoint is not paused. It does not depend on a row, so it is asked once a statement. */
export function isOpen({ tables, now }: StoreContext, endpoint: SqlStatement): SqlStatement {
  return sql`not exists (select from ${tables.pauses} p where p.endpoint = ${endpoint} and (p.until is null or p.until > ${now()}))`
}

/** A column that `readPauses` reads. */
export function pausesInForce({ tables, now }: StoreContext): SqlStatement {
  return sql`(
      select json_agg(json_build_object('endpoint', p.endpoint, 'since', extract(epoch from p.since) * 1000,
        'until', extract(epoch from p.until) * 1000, 'left', extract(epoch from p.until - ${now()}) * 1000,
        'reason', p.reason, 'by', p.by_node) order by p.endpoint)::text
      from ${tables.pauses} p where p.until is null or p.until > ${now()}
    )`
}

export function readPauses(text: unknown): readonly EndpointPause[] {
  if (typeof text !== 'string') return []
  const rows = JSON.parse(text) as readonly {
    readonly endpoint: string
    readonly since: number
    readonly until: number | null
    readonly left: number | null
    readonly reason: string
    readonly by: string
  }[]
  return rows.map(({ endpoint, since, until, left, reason, by }) => ({
    endpoint,
    since: new Date(Math.round(since)),
    until: until === null ? undefined : new Date(Math.round(until)),
    leftMs: left === null ? undefined : Math.ceil(left),
    reason,
    by,
  }))
}
