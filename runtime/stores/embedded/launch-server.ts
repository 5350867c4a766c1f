import type { ChildProcess } from 'node:child_process'
import { stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../../contracts/clock.ts'
import { choosePort } from './choose-port.ts'
import { clusterOf, dataOf, logFileOf, ownerFileOf, portFileOf, type Place } from './place.ts'
import { runningPostmaster } from './postmaster-file.ts'
import { identityOf } from './process-identity.ts'
import { diesWithOwner, startProgram, startWatched } from './run-program.ts'
import { openServerLog, type ServerLog } from './server-log.ts'
import { accessRules, serverSettings, type ServerMode } from './server-settings.ts'
import { unavailable } from './unavailable.ts'
import { writeWhole } from './write-file.ts'

/** A server that this process has started and that ends with it. */
export interface LaunchedServer {
  readonly pid: number
  readonly port: number
  readonly child: ChildProcess
}

/**
 * Starts the server and waits until it takes connections. For the holder of the start lock.
 *
 * Resolves with `undefined` when the server gave way to another one, or found something in its way
 * that passes: then look again. When somebody killed it, rejects, or resolves with `'killed'` if `forgiving`.
 */
export async function launchServer(
  place: Place,
  mode: ServerMode,
  clock: Clock,
  forgiving: boolean,
): Promise<LaunchedServer | 'killed' | undefined> {
  const data = dataOf(place)
  const port = await choosePort(portFileOf(place), clock)
  const owner = place.user === undefined ? {} : { owner: await stat(data) }
  await writeWhole(join(data, 'postgresql.conf'), serverSettings(port, mode), { mode: 0o600, ...owner })
  await writeWhole(join(data, 'pg_hba.conf'), accessRules(), { mode: 0o600, ...owner })
  await writeWhole(portFileOf(place), `${port}\n`, { mode: 0o644 })
  await writeWhole(ownerFileOf(place), JSON.stringify(identityOf(process.pid)), { mode: 0o644 })
  const log = await openServerLog(logFileOf(place), place.user === undefined ? undefined : await stat(place.home))
  try {
    const child = spawnServer(place, log)
    let failure: string | undefined
    child.once('error', (error) => (failure = error.message))
    child.once('exit', () => (failure ??= ''))
    for (;;) {
      if (failure !== undefined && forgiving && child.signalCode !== null) return 'killed'
      if (failure !== undefined) return judgeFailure(place, [failure, await log.tail()].join('\n').trim())
      const server = await runningPostmaster(place)
      if (server?.status === 'ready') return { pid: server.pid, port, child }
      await clock.sleep(5)
    }
  } finally {
    await log.file.close()
  }
}

function spawnServer(place: Place, log: ServerLog): ChildProcess {
  const { postgres } = place.binaries
  const args = ['-D', dataOf(place)]
  const output = log.file.fd
  const options = { user: place.user, whenOwnerDies: 'INT', ownSession: true } as const
  const child = diesWithOwner()
    ? startProgram(postgres, args, { ...options, stdio: ['ignore', output, output] })
    : startWatched(postgres, args, { ...options, stdio: ['pipe', output, output] })
  // An app that has nothing more to do ends, and its server with it.
  child.unref()
  ;(child.stdin as Socket | null)?.unref()
  return child
}

/** Things that pass: another server was faster, the last one is not quite gone, the port was taken a moment ago. */
const passing = /lock file "postmaster\.pid" already exists|pre-existing shared memory block|Address already in use/

function judgeFailure(place: Place, log: string): undefined {
  if (passing.test(log)) return undefined
  const what = `The embedded PostgreSQL in ${clusterOf(place)} did not start.`
  if (/No space left on device/.test(log)) throw unavailable(what, 'The disk is full: make room.', { log })
  if (/Permission denied|has wrong ownership|Operation not permitted/.test(log)) {
    const user = place.user?.name ?? `the user of this process (id ${process.getuid?.() ?? 'unknown'})`
    throw unavailable(what, `It runs as ${user}, to whom something there is closed.`, { log })
  }
  throw unavailable(what, `Its log is ${logFileOf(place)}.`, { log })
}
