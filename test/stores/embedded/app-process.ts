import { createInterface } from 'node:readline'
import { pretendDiesWithOwner } from '../../../runtime/stores/embedded/run-program.ts'
import { startEmbeddedServer } from '../../../runtime/stores/embedded/start-embedded-server.ts'

/**
 * A process of an app, as small as can be. Takes one JSON object as its argument, writes one JSON
 * object a line, and obeys the words on its standard input.
 */
interface Task {
  readonly folder: string
  /** As on a system that cannot end a program with its owner. */
  readonly watched?: boolean
  readonly durable?: boolean
  /** Waits for the word `go` before it starts. */
  readonly waits?: boolean
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task
const say = (event: string, fields: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)
const log = (level: string) => (text: string, fields?: object) => say('log', { level, text, fields })
if (task.watched === true) pretendDiesWithOwner(false)

const words = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
try {
  if (task.waits === true) {
    say('waiting')
    await words.next()
  }
  const server = await startEmbeddedServer({
    folder: task.folder,
    fastForTests: task.durable !== true,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
  })
  const state = () => ({ role: server.role, server: server.pid, home: server.home, url: server.connectionString() })
  process.on('SIGINT', () => say('interrupted', state()))
  say('ready', state())
  for (let word = await words.next(); word.done !== true; word = await words.next()) {
    if (word.value === 'state') say('state', state())
    if (word.value === 'stop') {
      await server.stop()
      say('stopped')
    }
    if (word.value === 'exit') process.exit(0)
  }
} catch (error) {
  const { code, message } = error as { code?: string; message: string }
  say('failed', { code, message })
  process.exit(1)
}
