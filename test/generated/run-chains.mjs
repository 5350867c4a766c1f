// Runs inside a generated project, by Node alone: calls each chain with a run of our own, and prints what happened.
import { readFileSync } from 'node:fs'

/** A module of the project, which is not there yet when this file is looked at. */
const ours = async (path) => await import(new URL(path, import.meta.url).href)

const { trace } = await ours('./src/trace.ts')
const { chains, variants } = JSON.parse(readFileSync('./chains.json', 'utf8'))
await ours('./src/generated/jasper/index.ts')

const services = new Proxy({}, { get: (_, name) => ({ mark: `service ${String(name)}` }) })
const mark = (name) => ({ mark: name })

function runOf(message) {
  return {
    message,
    envelope: mark('envelope'),
    now: new Date(0),
    signal: mark('signal'),
    log: mark('log'),
    context: mark('context'),
    cascade(name, sent, how) {
      const said = how && { ...(how.options && { options: how.options }), ...(how.destination && { destination: how.destination }) }
      trace.push(['cascade', name, sent.id, ...(said ? [said] : [])])
    },
    reply(name, sent) {
      trace.push(['reply', name, sent.id])
    },
    async inTransaction(_, work) {
      trace.push(['begin'])
      const value = await work(mark('tx'))
      trace.push(['commit'])
      return value
    },
    async settle() {
      trace.push(['settle'])
    },
  }
}

/** Messages are known by their ids. */
const shown = (reply) => (Array.isArray(reply) ? reply.map(shown) : (reply?.id ?? null))

const outcomes = []
for (const { path, message } of chains) {
  const module = await ours(`./src/generated/jasper/${path}`)
  const [chain] = Object.values(module)
  for (let variant = 0; variant < variants; variant++) {
    trace.length = 0
    const reply = await chain(runOf({ id: 'it', v: variant }), services).catch((error) => ({ id: `failed: ${error.stack}` }))
    outcomes.push({ message, variant, trace: structuredClone(trace), reply: shown(reply) })
  }
}
process.stdout.write(JSON.stringify(outcomes))
