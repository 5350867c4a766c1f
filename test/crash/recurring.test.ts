import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

const program = fileURLToPath(new URL('recurring-process.ts', import.meta.url))
const timeout = 90_000

class TickingApp {
  readonly #database: TemporaryDatabase
  readonly #processes: ChildProcess[] = []

  private constructor(database: TemporaryDatabase) {
    this.#database = database
  }

  static async with(work: (app: TickingApp) => Promise<void>): Promise<void> {
    const database = await temporaryDatabase()
    await database.pool.query('create table ticks (at timestamptz not null, pid int not null)')
    const app = new TickingApp(database)
    try {
      await work(app)
    } finally {
      for (const one of app.#processes) one.kill('SIGKILL')
      for (const one of app.#processes) if (one.exitCode === null && one.signalCode === null) await once(one, 'exit')
      await database.drop()
    }
  }

  start({ fault, off = 0, mode = 'durable' }: { readonly fault?: string; readonly off?: number; readonly mode?: string } = {}): ChildProcess {
    const guard = fault === undefined ? [] : ['--import', new URL('install-fault.ts', import.meta.url).href]
    const env = { ...process.env, ...(fault === undefined ? {} : { JASPER_FAULT: fault }) }
    const one = spawn(process.execPath, [...guard, program, this.#database.url, String(off), mode], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    this.#processes.push(one)
    return one
  }

  /** The seconds that were written down, in their order, and who did it. */
  async ticks(): Promise<readonly { readonly second: number; readonly pid: number }[]> {
    const { rows } = await this.#database.pool.query<{ second: number; pid: number }>(
      'select extract(epoch from at)::int as second, pid from ticks order by at, pid',
    )
    return rows
  }

  /** Waits until somebody has written down `more` further seconds. */
  async further(more: number, from = 0): Promise<void> {
    await eventually(`${more} further ticks`, async () => (await this.ticks()).length >= from + more, 30_000)
  }

  /** Waits until there are as many seconds as there were from the first to the last. */
  async noGap(): Promise<void> {
    await eventually('no second is missing', async () => {
      const seconds = (await this.ticks()).map(({ second }) => second)
      return new Set(seconds).size === seconds.at(-1)! - seconds[0]! + 1
    }, 30_000)
  }

  /** Every second once, without a gap. */
  async expectEachOnce(): Promise<void> {
    const seconds = (await this.ticks()).map(({ second }) => second)
    expect(seconds).toEqual(seconds.map((_, n) => seconds[0]! + n))
  }
}

describe('a recurring message, one a second', () => {
  for (const point of ['recurring.before-fire', 'recurring.after-fire']) {
    it(`has one message a tick when its process is killed at ${point} and started again`, { timeout }, async () => {
      await TickingApp.with(async (app) => {
        const first = app.start({ fault: `${point}:3:kill` })
        expect(await once(first, 'exit')).toEqual([null, 'SIGKILL'])
        const before = (await app.ticks()).length
        app.start()
        await app.further(5, before)
        await app.expectEachOnce()
      })
    })
  }

  it('is stored for a buffered endpoint too: no tick is lost when its process is killed before it is handled', { timeout }, async () => {
    await TickingApp.with(async (app) => {
      for (const point of ['recurring.after-fire', 'dispatch.after-claim', 'transaction.before-commit']) {
        const before = (await app.ticks()).length
        expect(await once(app.start({ fault: `${point}:2:kill`, mode: 'buffered' }), 'exit'), point).toEqual([null, 'SIGKILL'])
        app.start({ mode: 'buffered' })
        await app.further(4, before)
      }
      // Those that still run go on, while the tick of the last that died waits to be taken over.
      await app.noGap()
      await app.expectEachOnce()
    })
  })

  it('has one message a tick with three processes whose clocks differ, one of which stalls, another of which is killed', { timeout }, async () => {
    await TickingApp.with(async (app) => {
      const [first, second, third] = [app.start(), app.start({ off: 45_000 }), app.start({ off: -45_000 })]
      await app.further(3)
      first.kill('SIGSTOP')
      third.kill('SIGKILL')
      await app.further(4, (await app.ticks()).length)
      first.kill('SIGCONT')
      await app.further(3, (await app.ticks()).length)
      await app.expectEachOnce()
      expect(second.exitCode).toBeNull()
    })
  })
})
