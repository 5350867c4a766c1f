import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TemporaryDatabase } from '../../support/temporary-database.ts'
import { StartedContender } from './started-contender.ts'

/** One run of the benchmark, as its groups see it. */
export class Run {
  readonly quick: boolean
  readonly rounds: number
  /** How many connections one contender may open beside what others on this server have. */
  readonly freeConnections: number
  /** Another checkout of this repository, built, whose runtime runs beside ours as `baseline`. */
  readonly baseline: string | undefined
  readonly #started: StartedContender[] = []
  readonly #ends: (() => void | Promise<void>)[] = []

  constructor(options: Pick<Run, 'quick' | 'rounds' | 'freeConnections' | 'baseline'>) {
    this.quick = options.quick
    this.rounds = options.rounds
    this.freeConnections = options.freeConnections
    this.baseline = options.baseline
  }

  /** Starts contenders by the names that the table shows, in their order; after them the baseline, if there is one. */
  async start(...names: readonly string[]): Promise<readonly StartedContender[]> {
    const modules = names.map((name) => [name, new URL(`../contenders/${name.replaceAll(' ', '-')}.ts`, import.meta.url)] as const)
    if (this.baseline !== undefined && names.includes('jasper')) {
      modules.push(['baseline', pathToFileURL(resolve(this.baseline, 'test/bench/contenders/jasper.ts'))])
    }
    return await Promise.all(
      modules.map(async ([name, module]) => {
        const started = await StartedContender.start(name, module.href)
        this.#started.push(started)
        return started
      }),
    )
  }

  /** What a group does when its cells are measured, the last one first: to remove what it has made. */
  atEnd(end: () => void | Promise<void>): void {
    this.#ends.unshift(end)
  }

  /** Ends every contender of a group before the next one begins. */
  async stopAll(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end()
    await Promise.all(this.#started.splice(0).map((contender) => contender.stop()))
  }
}

export async function freeConnections(database: TemporaryDatabase): Promise<number> {
  const { rows } = await database.pool.query<{ free: number }>(
    `select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as free`,
  )
  return Math.max(10, rows[0]!.free - 25)
}
