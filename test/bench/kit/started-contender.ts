import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { temporaryDatabase, type TemporaryDatabase } from '../../support/temporary-database.ts'
import type { Answer, Arguments, Question, Reading } from './contender.ts'

const entry = fileURLToPath(new URL('contender-process.ts', import.meta.url))

/** A contender in its process, over a database that nobody else has. */
export class StartedContender {
  readonly name: string
  readonly #child: ChildProcess
  readonly #database: TemporaryDatabase

  private constructor(name: string, child: ChildProcess, database: TemporaryDatabase) {
    this.name = name
    this.#child = child
    this.#database = database
  }

  /** `module` is the address of the contender's file; `name` is what the table shows. */
  static async start(name: string, module: string): Promise<StartedContender> {
    const database = await temporaryDatabase()
    try {
      const child = fork(entry, [module, database.url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      const started = new StartedContender(name, child, database)
      await started.#answer()
      return started
    } catch (error) {
      await database.drop()
      throw error
    }
  }

  /** For what only a look from outside can tell. */
  get database(): TemporaryDatabase {
    return this.#database
  }

  get pid(): number {
    return this.#child.pid!
  }

  async run(task: string, args: Arguments): Promise<Reading> {
    const answer = this.#answer()
    this.#ask({ task, args })
    const { reading } = (await answer) as { readonly reading: Reading }
    return reading
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
      this.#ask({ close: true })
      await ended
      clearTimeout(timer)
    }
    await this.#database.drop()
  }

  /** The end of a process that has no time to say goodbye. */
  async kill(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.kill('SIGKILL')
    await ended
  }

  #ask(question: Question): void {
    this.#child.send(question)
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.#child.removeListener('message', onMessage)
        this.#child.removeListener('exit', onExit)
        act()
      }
      const onMessage = (answer: Answer): void =>
        settle(() => ('error' in answer ? reject(new Error(`${this.name}: ${answer.error}`)) : resolve(answer)))
      const onExit = (code: number | null, signal: string | null): void =>
        settle(() => reject(new Error(`${this.name} ended with ${signal ?? code} before it answered`)))
      this.#child.on('message', onMessage)
      this.#child.on('exit', onExit)
    })
  }
}
