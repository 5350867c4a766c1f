import pg from 'pg'
import { insertOrder, type Parcel } from '../kit/parcel.ts'

/**
 * Claims in batches; then each message is one transaction in one network round trip: BEGIN, the user's
 * row, the completion guarded by its claim, the id that recognises a duplicate, the next message, COMMIT.
 */
export async function pipelinedOutbox(
  url: string,
  { connections, batch }: { readonly connections: number; readonly batch: number },
  handled: () => void,
): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: connections + 1 }, async () => {
      const client = new pg.Client({ connectionString: url, pipeline: true })
      await client.connect()
      return client
    }),
  )
  const claimer = clients.pop()!
  const waiting: { readonly id: string; readonly body: Parcel; readonly epoch: number }[] = []
  let claiming: Promise<boolean> | undefined
  const claim = (): Promise<boolean> =>
    (claiming ??= claimer
      .query<{ id: string; body: Parcel; epoch: number }>(
        `update messages set owner = 1, epoch = epoch + 1 where id in (
          select id from messages where type = 'Outboxed' and owner is null order by id limit ${batch} for update skip locked
        ) returning id, body, epoch`,
      )
      .then(({ rows }) => {
        waiting.push(...rows)
        claiming = undefined
        return rows.length > 0
      }))

  const ended = clients.map(async (client) => {
    for (;;) {
      const message = waiting.pop()
      if (message === undefined) {
        if (await claim()) continue
        break
      }
      handled()
      const { id, body, epoch } = message
      const [, , settled, , committed] = await Promise.all([
        client.query('begin'),
        client.query(insertOrder, [body.orderId, body.customer]),
        client.query(
          `with settled as (delete from messages where id = $1 and owner = 1 and epoch = $2 returning id)
           insert into done (id) select id from settled`,
          [id, epoch],
        ),
        client.query('insert into messages (type, body) values ($1, $2)', ['Kept', JSON.stringify(body)]),
        client.query('commit'),
      ])
      if (settled.rowCount !== 1 || committed.command !== 'COMMIT') throw new Error('a message was not settled')
    }
    await client.end()
  })
  void Promise.all(ended).then(() => claimer.end())
}
