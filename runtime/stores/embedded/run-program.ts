import { spawn, spawnSync, type ChildProcess, type SpawnOptions, type StdioOptions } from 'node:child_process'
import { endWithOwnerScript } from './end-with-owner.ts'
import type { ServerUser } from './server-user.ts'

export interface ProgramOptions {
  readonly user: ServerUser | undefined
  /** What the system sends the program when this process dies; `undefined`: nothing. */
  readonly whenOwnerDies: 'INT' | 'KILL' | undefined
  readonly stdio: StdioOptions
  /** Out of reach of the terminal's Ctrl-C, which is for the app: it still needs its database to stop. */
  readonly ownSession: boolean
}

/** Starts a program of PostgreSQL as the right user, in an environment of its own. */
export function startProgram(program: string, args: readonly string[], options: ProgramOptions): ChildProcess {
  const { user, whenOwnerDies } = options
  const [file, argv] =
    whenOwnerDies !== undefined && diesWithOwner()
      ? ['setpriv', ['--pdeathsig', whenOwnerDies, program, ...args]]
      : [program, [...args]]
  return spawn(file, argv, {
    ...surroundings(options),
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  })
}

/** The same where nothing ends a program with its owner: a process on a pipe does, in the owner's stead. */
export function startWatched(program: string, args: readonly string[], options: ProgramOptions): ChildProcess {
  const user = options.user === undefined ? {} : { uid: options.user.uid, gid: options.user.gid }
  const argv = ['-e', endWithOwnerScript, '--', JSON.stringify(user), program, ...args]
  return spawn(process.execPath, argv, surroundings(options))
}

function surroundings({ stdio, ownSession }: ProgramOptions): SpawnOptions {
  return {
    stdio,
    detached: ownSession,
    // The folder of this process may be closed to the other user.
    cwd: process.platform === 'win32' ? undefined : '/',
    env: environment(),
    windowsHide: true,
  }
}

/** Whether the system can end a program when its owner dies. Linux can, through `setpriv` of util-linux. */
export function diesWithOwner(): boolean {
  known ??= process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'INT', 'true']).status === 0
  return known
}

let known: boolean | undefined

/** For tests alone: as on a system that cannot. `undefined` asks the system again. */
export function pretendDiesWithOwner(answer: boolean | undefined): void {
  known = answer
}

/** Runs a program to its end. Resolves with its exit code and all that it wrote. */
export async function runProgram(
  program: string,
  args: readonly string[],
  user: ServerUser | undefined,
  input?: string,
): Promise<{ readonly code: number | undefined; readonly output: string }> {
  const child = startProgram(program, args, { user, whenOwnerDies: 'KILL', stdio: 'pipe', ownSession: false })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000)
    })
  }
  // A program that fails before it reads says so by its exit code.
  child.stdin?.on('error', () => undefined).end(input)
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: undefined, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? undefined, output }))
  })
}

/** Nothing of the app's: PG* variables would steer the server, and secrets are none of its business. */
function environment(): NodeJS.ProcessEnv {
  const inherited: NodeJS.ProcessEnv = {}
  const wanted = process.platform === 'win32' ? /^(?!PG|LC_|LANG)/i : /^(PATH|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|TMPDIR)$/
  for (const [name, value] of Object.entries(process.env)) if (wanted.test(name)) inherited[name] = value
  return { ...inherited, LC_ALL: 'C', TZ: 'UTC' }
}
