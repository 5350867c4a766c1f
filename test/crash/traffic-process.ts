import { buildApp } from 'jasper-runtime/generated'
import { postgres } from 'jasper-runtime/postgres'
import { demoTransport } from '../support/demo-transport.ts'

/**
 * An app in a process of its own that sends or receives through the demo broker, on PostgreSQL. Says a
 * line of JSON for each message that was accepted or handled.
 */
const { url, port, sends, listens } = JSON.parse(process.argv[2]!) as { url: string; port: number; sends: number; listens: boolean }

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const codec = { encode: (message: { n: number }) => JSON.stringify(message), decode: (json: unknown) => json as { n: number } }
const chain = {
  message: 'A',
  handle: async (run: { message: { n: number } }) => say({ handled: run.message.n }),
  transaction: undefined,
  cascades: [],
  handlers: ['traffic-process.ts A'],
}
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

const app = buildApp<{ A: { message: { n: number }; reply: void } }>(
  {
    chains: listens ? [chain] : [],
    messages: [{ name: 'A', version: 1, codec }],
    routes: listens
      ? { publish: [], listen: [{ endpoint: 'demo://queue/a', options: {} }] }
      : { publish: [{ message: 'A', destinations: ['demo://queue/a'] }], listen: [] },
  },
  { name: 'traffic', store: postgres({ connectionString: url, connections: 3 }), transports: [demoTransport({ port })], log: quiet },
)
await app.start()
say({ started: true })
for (let n = 0; n < sends; n++) {
  await app.bus.send('A', { n })
  say({ accepted: n })
}
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)))
setInterval(() => undefined, 60_000)
