/**
 * pg-transactional-outbox with its polling listener over the inbox table: parallel messages, protection
 * against poison off, and the poll as short as its loop allows once there is nothing to fetch.
 */
import { createRequire } from 'node:module'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Contender } from '../kit/contender.ts'
import { insertOrder, ordersTable, parcel, type Parcel } from '../kit/parcel.ts'
import { timeDrain } from '../kit/timed-drain.ts'
import { freshen } from '../kit/warm-pool.ts'

type Message = Readonly<Record<string, unknown>>
type Client = Pick<pg.ClientBase, 'query'>
/** What is used of it here; as for graphile-worker. */
interface Library {
  DatabaseSetup: {
    dropAndCreateTable(config: object): string
    createPollingFunction(config: object): string
    setupPollingIndexes(config: object): string
  }
  getDisabledLogger(): object
  initializeMessageStorage(config: object, logger: object): (message: Message, client: Client) => Promise<void>
  initializePollingMessageListener(config: object, handler: object, logger: object, strategies?: object): readonly [() => Promise<void>]
}
const library = createRequire(import.meta.url)('pg-transactional-outbox') as Library
const logger = library.getDisabledLogger()
const settings = (table: string) => ({ dbSchema: 'public', dbTable: table, enableMaxAttemptsProtection: false, enablePoisonousMessageProtection: false })
const storeInbox = library.initializeMessageStorage({ outboxOrInbox: 'inbox', settings: settings('inbox') }, logger)
const storeOutbox = library.initializeMessageStorage({ outboxOrInbox: 'outbox', settings: settings('outbox') }, logger)

let url: string
let admin: pg.Pool

export const contender: Contender = {
  async open(at) {
    url = at
    admin = new pg.Pool({ connectionString: at, max: 2 })
    await admin.query(ordersTable)
    for (const table of ['inbox', 'outbox']) {
      const config = { outboxOrInbox: table, database: '', schema: 'public', table, listenerRole: '', nextMessagesName: `next_${table}` }
      await admin.query(library.DatabaseSetup.dropAndCreateTable(config))
      await admin.query(library.DatabaseSetup.createPollingFunction(config))
      await admin.query(library.DatabaseSetup.setupPollingIndexes(config))
    }
  },

  tasks: {
    async outbox({ messages, connections }) {
      for (let stored = 0; stored < messages!; stored += 1) await storeInbox(messageOf('Outboxed', parcel()), admin)
      await freshen(admin, ['inbox', 'outbox', 'orders'])
      let shutdown: () => Promise<void>
      const reading = await timeDrain({
        messages: messages!,
        async start(handled) {
          const pollingSettings = {
            ...settings('inbox'),
            nextMessagesFunctionName: 'next_inbox',
            nextMessagesBatchSize: connections!,
            nextMessagesPollingIntervalInMs: 50,
          }
          const config = { outboxOrInbox: 'inbox', dbListenerConfig: { connectionString: url, max: connections! }, settings: pollingSettings }
          const handler = {
            async handle(message: { readonly payload: Parcel }, client: Client) {
              handled()
              const order = message.payload
              await client.query(insertOrder, [order.orderId, order.customer])
              await storeOutbox(messageOf('Kept', order), client)
            },
          }
          ;[shutdown] = library.initializePollingMessageListener(config, handler, logger)
        },
        async isDone() {
          return (await admin.query('select from inbox where processed_at is null limit 1')).rows.length === 0
        },
        stop: () => shutdown(),
      })
      await admin.query('truncate inbox, outbox, orders')
      return reading
    },
  },

  async close() {
    await admin.end()
  },
}

function messageOf(messageType: string, payload: Parcel): Message {
  const id = randomUUID()
  return { id, aggregateType: 'order', aggregateId: payload.orderId, messageType, payload, concurrency: 'parallel', createdAt: new Date().toISOString() }
}
