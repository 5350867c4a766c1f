import type pg from 'pg'
import { parcel, type Parcel } from '../kit/parcel.ts'

interface Stored {
  readonly id: string
  readonly order: Parcel
}

/**
 * One connection inserts what concurrent senders have gathered, the other deletes what has been handled:
 * each message is in the table, committed, from the moment its sender is answered until it has been handled.
 */
export function sendAndHandle(
  pool: pg.Pool,
  { messages, senders, batch }: { readonly messages: number; readonly senders: number; readonly batch: number },
  handled: () => void,
): void {
  const outgoing: { readonly order: Parcel; readonly stored: () => void }[] = []
  const finished: string[] = []
  let inserting = false
  let deleting = false

  async function insert(): Promise<void> {
    inserting = true
    while (outgoing.length > 0) {
      const taken = outgoing.splice(0, batch)
      const { rows } = await pool.query<{ id: string }>(
        `insert into messages (type, body) select 'Handled', body::jsonb from unnest($1::text[]) body returning id`,
        [taken.map(({ order }) => JSON.stringify(order))],
      )
      taken.forEach(({ order, stored }, at) => {
        stored()
        handle({ id: rows[at]!.id, order })
      })
    }
    inserting = false
  }

  function handle({ id, order }: Stored): void {
    if (order.placedAt.getTime() > 0) handled()
    finished.push(id)
    if (!deleting) queueMicrotask(() => void remove())
  }

  async function remove(): Promise<void> {
    if (deleting) return
    deleting = true
    while (finished.length > 0) await pool.query('delete from messages where id = any($1::bigint[])', [finished.splice(0, batch)])
    deleting = false
  }

  let left = messages
  for (let sender = 0; sender < senders; sender += 1) {
    void (async () => {
      while (left-- > 0) {
        await new Promise<void>((stored) => {
          outgoing.push({ order: parcel(), stored })
          if (!inserting) queueMicrotask(() => void (inserting ? undefined : insert()))
        })
      }
    })()
  }
}
