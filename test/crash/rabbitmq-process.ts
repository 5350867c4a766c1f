import { setTimeout } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { buildApp } from 'jasper-runtime/generated'
import { pgTransactions } from 'jasper-runtime/pg'
import { postgres } from 'jasper-runtime/postgres'
import { rabbitmq } from 'jasper-runtime/rabbitmq'

/**
 * One of two services that talk over RabbitMQ, in a process of its own, to be killed: one sends numbered
 * orders from `first` on, up to `limit` of them, and says which were accepted; the other writes a row for each.
 */
const { url, amqp, queue, sends, first, limit } = JSON.parse(process.argv[2]!) as Task
interface Task {
  readonly url: string
  readonly amqp: string
  readonly queue: string
  readonly sends: boolean
  readonly first: number
  readonly limit: number
}
interface Order {
  readonly n: number
}
interface Run {
  readonly message: Order
  inTransaction(of: typeof pgTransactions, work: (tx: PoolClient) => Promise<void>): Promise<void>
  settle(): Promise<void>
}

const codec = { encode: (order: Order) => JSON.stringify(order), decode: (json: unknown) => json as Order }
const chain = {
  message: 'Order',
  handle: (run: Run) =>
    run.inTransaction(pgTransactions, async (tx) => {
      await tx.query('insert into effects values ($1)', [run.message.n])
      await run.settle()
    }),
  transaction: pgTransactions,
  cascades: [],
  handlers: ['rabbitmq-process.ts Order'],
}
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const schema = sends ? 'sending' : 'receiving'

const app = buildApp<{ Order: { message: Order; reply: void } }>(
  {
    chains: sends ? [] : [chain as never],
    messages: [{ name: 'Order', version: 1, codec }],
    routes: sends
      ? { publish: [{ message: 'Order', destinations: [`rabbitmq://queue/${queue}`] }], listen: [] }
      : { publish: [], listen: [{ endpoint: `rabbitmq://queue/${queue}`, options: {} }] },
  },
  {
    name: schema,
    store: postgres({ connectionString: url, schema, connections: 3 }),
    transports: [rabbitmq({ url: amqp, provision: true })],
    log: quiet,
  },
)
await app.start()
if (sends) {
  for (let n = first; n < first + limit; n++) {
    await app.bus.send('Order', { n })
    process.stdout.write(`${n}\n`)
    // A pace at which the other service keeps up.
    await setTimeout(5)
  }
}
setInterval(() => undefined, 60_000)
