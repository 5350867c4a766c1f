import type { MessageStore } from '../contracts/message-store.ts'
import type { Transport, TransportPlace } from '../contracts/transport.ts'
import { Storage } from '../durability/storage.ts'
import { systemClock } from '../timing/system-clock.ts'
import { checkTransport, placesOf } from '../routing/check-transport.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { duration } from './in-words.ts'
import { findTransports } from './find-transports.ts'
import { withStore } from './open-store.ts'
import type { Terminal } from './terminal.ts'

/** One line of the check: what was looked at, and a sentence on how it is. */
interface Checked {
  readonly name: string
  readonly ok: boolean
  readonly says: string
}

const fine = (name: string, says: string): Checked => ({ name, ok: true, says })
const wrong = (name: string, error: unknown): Checked => ({ name, ok: false, says: error instanceof Error ? error.message : String(error) })

/** `jasper check`. Opens store and transports itself, so that one that is away is a line like any other. */
export const runCheck: RunCommand = async ({ said, terminal, paint, store }) => {
  const checks: Checked[] = []
  const note = (checked: Checked): void => {
    checks.push(checked)
    const mark = checked.ok ? paint('green', '✓') : paint('red', '✗')
    if (!said.has('json')) terminal.out(`${mark} ${checked.name.padEnd(8)} ${checked.says}\n`)
  }
  try {
    await withStore(store, { readOnly: true, checkSchema: false }, terminal, async () => {
      for await (const checked of lookAtStore(store)) note(checked)
    })
  } catch (error) {
    note(wrong('store', error))
  }
  try {
    const { transports, places } = await findTransports(said, terminal)
    for (const transport of transports) for (const checked of await lookAtTransport(transport, places, terminal)) note(checked)
  } catch (error) {
    note(wrong('config', error))
  }
  const ok = checks.every((checked) => checked.ok)
  if (said.has('json')) terminal.out(asDocument({ ok, checks }))
  return ok ? exitCodes.fine : exitCodes.no
}

/** The lines of one transport, by its scheme: whether it answers, and what is not as the routes need it. Makes nothing. */
async function lookAtTransport(transport: Transport, places: readonly TransportPlace[], terminal: Terminal): Promise<readonly Checked[]> {
  const { scheme, description } = transport
  const say = (event: string): void => terminal.error(`${event}\n`)
  const log = { debug() {}, info() {}, warn: say, error: say }
  try {
    await transport.open({ appName: 'jasper-check', clock: systemClock, log })
    const problems = await checkTransport(transport, places, { provision: false })
    if (problems.length > 0) return problems.map((problem) => ({ name: scheme, ok: false, says: problem }))
    const count = placesOf(transport, places).length
    return [fine(scheme, `${description} answers${count === 0 ? '; the routes name nothing there' : `, and has what the routes name: ${count} ${count === 1 ? 'place' : 'places'}`}`)]
  } catch (error) {
    return [wrong(scheme, error)]
  } finally {
    await transport.close()
  }
}

/** The lines of an open store. */
async function* lookAtStore(store: MessageStore): AsyncGenerator<Checked> {
  const storage = new Storage(store)
  const asked = systemClock.monotonic()
  const state = await storage.schema()
  yield fine('store', `${store.description} answers in ${duration(systemClock.monotonic() - asked)}`)
  if (state !== undefined) {
    const { version, needed, isUsable } = state
    if (!isUsable) {
      const mend = version > needed ? `too new for this jasper-runtime, made for ${needed}: update it` : `${needed} is needed: run jasper storage migrate`
      yield wrong('schema', `version ${version}; ${mend}`)
      return
    }
    yield fine('schema', `version ${version}${version === needed ? ', as this jasper-runtime needs' : `, newer than ${needed} and compatible`}`)
  }
  try {
    const owner = await storage.owner()
    yield fine('owner', owner === undefined ? 'no app has started here yet' : `the app ${JSON.stringify(owner)}`)
    await storage.nodes()
    await storage.backlog()
    await store.outgoing.counts()
    await store.deadLetters.list({ limit: 1 })
    yield fine('tables', 'messages, nodes and dead letters can be read')
  } catch (error) {
    yield wrong('tables', error)
  }
}
