import { systemClock } from '../../runtime/dist/timing/system-clock.js'
import { buildApp } from '../../runtime/dist/for-generated-code.js'
import { defineRoutes } from '../../runtime/dist/config/index.js'
import { cron } from '../../runtime/dist/cron/index.js'
import { pgTransactions } from '../../runtime/dist/integrations/pg.js'
import { postgres } from '../../runtime/dist/stores/postgres/index.js'

/**
 * A process of an app that writes down every second. Takes the address of the database, how many ms its
 * clock is off, and the mode of its queue.
 */
const [url = '', off = '0', mode = 'durable'] = process.argv.slice(2)
const app = buildApp(
  {
    chains: [
      {
        message: 'Tick',
        handle: async (run) => await handle(run as unknown as Run),
        transaction: pgTransactions as never,
        cascades: [],
        handlers: ['recurring-process.ts'],
      },
    ],
    messages: [{ name: 'Tick', version: 1, codec: { encode: (message: unknown) => JSON.stringify(message), decode: (json: unknown) => json } }],
    routes: defineRoutes<never>(({ recur, listen }) => {
      listen('local://tick', { mode: mode as 'durable' })
      recur('tick', { at: cron('* * * * * *'), message: 'Tick', body: (tick) => ({ at: tick.toISOString() }) })
    }),
  },
  {
    name: 'ticks',
    store: postgres({ connectionString: url, connections: 4 }),
    clock: { ...systemClock, now: () => new Date(systemClock.now().getTime() + Number(off)) },
  },
)

interface Queries {
  query(sql: string, values: readonly unknown[]): Promise<unknown>
}

interface Run {
  readonly message: { readonly at: string }
  inTransaction(adapter: unknown, work: (tx: Queries) => Promise<void>): Promise<void>
  settle(): Promise<void>
}

async function handle(run: Run): Promise<void> {
  await run.inTransaction(pgTransactions, async (tx) => {
    await tx.query('insert into ticks (at, pid) values ($1, $2)', [run.message.at, process.pid])
    await run.settle()
  })
}

process.on('SIGTERM', () => void app.stop().then(() => process.exit(0)))
await app.start()
