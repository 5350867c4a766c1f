import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pidLives } from '../../../runtime/stores/embedded/process-identity.ts'
import { eventually } from '../../support/eventually.ts'

export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

export interface AppSaid {
  readonly event: string
  readonly role?: 'owner' | 'joined'
  readonly server?: number
  readonly home?: string
  readonly url?: string
  readonly code?: string
  readonly message?: string
  readonly level?: string
  readonly text?: string
  readonly fields?: Record<string, unknown>
}

export interface App {
  readonly process: ChildProcess
  /** Everything it said so far. */
  readonly said: readonly AppSaid[]
  /** Resolves with the next thing said of this kind that was not returned yet. */
  next(event: string): Promise<AppSaid>
  ask(word: 'state' | 'stop' | 'exit' | 'go'): void
  kill(signal: NodeJS.Signals): Promise<void>
}

const program = fileURLToPath(new URL('app-process.ts', import.meta.url))

/** Starts a process of the app, as another user where one is given. */
export function startApp(
  task: { folder: string; watched?: boolean; durable?: boolean; waits?: boolean },
  options: { readonly user?: User | undefined; readonly program?: string; readonly cwd?: string } = {},
): App {
  const { user } = options
  const child = spawn(process.execPath, [options.program ?? program, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    cwd: options.cwd ?? tmpdir(),
    env: { PATH: process.env['PATH'] },
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  })
  const said: AppSaid[] = []
  const taken = new Set<AppSaid>()
  const waiting: (() => void)[] = []
  const changed = () => waiting.splice(0).forEach((wake) => wake())
  let ended = false
  const exit = new Promise<void>((resolve) =>
    child.once('close', () => {
      ended = true
      changed()
      resolve()
    }),
  )
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as AppSaid)
    changed()
  })
  return {
    process: child,
    said,
    async next(event) {
      for (;;) {
        const found = said.find((one) => one.event === event && !taken.has(one))
        if (found !== undefined) {
          taken.add(found)
          return found
        }
        const failure = said.find((one) => one.event === 'failed')
        if (ended || (failure !== undefined && event !== 'failed')) {
          throw new Error(`The app ended without saying '${event}': ${JSON.stringify(said)}`)
        }
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    ask: (word) => void child.stdin.write(`${word}\n`),
    async kill(signal) {
      if (!ended) process.kill(child.pid!, signal)
      await exit
    },
  }
}

/** A folder of its own that the user may write to, and its removal. */
export async function ownFolder(user?: User, name = 'project'): Promise<{ path: string; remove(): Promise<void> }> {
  const top = join(await realpath(tmpdir()), `jasper-embedded-${randomBytes(6).toString('hex')}`)
  const path = join(top, name)
  await mkdir(path, { recursive: true })
  for (const folder of [top, path]) {
    await chmod(folder, 0o755)
    if (user !== undefined) await chown(folder, user.uid, user.gid)
  }
  return { path, remove: () => rm(top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) }
}

/** Kills all of them at once, so that none takes over from another, and waits until no server is left. */
export async function killAll(apps: App[]): Promise<void> {
  const servers = apps.flatMap((one) => one.said.map((said) => said.server ?? 0)).filter((pid) => pid > 0)
  await Promise.all(apps.splice(0).map((one) => one.kill('SIGKILL')))
  await eventually('all servers are gone', () => !servers.some(pidLives))
}

export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}
