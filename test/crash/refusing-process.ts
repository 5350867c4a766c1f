import type { PoolClient } from 'pg'
import { buildApp, rejected } from 'jasper-runtime/generated'
import { pgTransactions } from 'jasper-runtime/pg'
import { postgres } from 'jasper-runtime/postgres'

/**
 * A process whose `validate` refuses odd numbers, behind a write of the same transaction and a message that was noted.
 * Sends the numbers that it is given, and says a line of JSON of each that it refuses, handles or hears of.
 */
const { url, sends } = JSON.parse(process.argv[2]!) as { readonly url: string; readonly sends: readonly number[] }

interface Numbered {
  readonly n: number
}
interface Run {
  readonly message: Numbered
  readonly envelope: { readonly messageType: string; readonly attempts: number }
  cascade(name: string, message: Numbered): void
  inTransaction(of: typeof pgTransactions, work: (tx: PoolClient) => Promise<void>): Promise<void>
  settle(): Promise<void>
}

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const codec = { encode: (message: Numbered) => JSON.stringify(message), decode: (json: unknown) => json as Numbered }
const chains = [
  {
    message: 'Enter',
    handle: (run: Run) =>
      run.inTransaction(pgTransactions, async (tx) => {
        const { n } = run.message
        await tx.query('insert into entered values ($1)', [n])
        run.cascade('Entered', { n })
        if (n % 2 === 1) {
          say({ refused: n, attempts: run.envelope.attempts })
          throw rejected(run, [`${n} is odd`])
        }
        say({ handled: n })
        await run.settle()
      }),
    transaction: pgTransactions,
    cascades: ['Entered'],
    handlers: ['refusing-process.ts Enter'],
  },
  { message: 'Entered', handle: async (run: Run) => say({ heard: run.message.n }), transaction: undefined, cascades: [], handlers: ['refusing-process.ts Entered'] },
]
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

const app = buildApp<Record<string, { message: Numbered; reply: void }>>(
  {
    chains: chains as never,
    messages: ['Enter', 'Entered'].map((name) => ({ name, version: 1, codec })),
    routes: { publish: [], listen: [] },
  },
  { name: 'gate', store: postgres({ connectionString: url, connections: 3 }), log: quiet },
)
await app.start()
for (const n of sends) await app.bus.send('Enter', { n })
setInterval(() => undefined, 60_000)
