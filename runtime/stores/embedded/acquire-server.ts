import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../contracts/clock.ts'
import { initialise } from './initialise.ts'
import { launchServer } from './launch-server.ts'
import { clusterOf, dataOf, lockFileOf, logFileOf, ownerFileOf, type Place } from './place.ts'
import { removeLeftover, runningPostmaster } from './postmaster-file.ts'
import { lives, type ProcessIdentity } from './process-identity.ts'
import type { ServerMode } from './server-settings.ts'
import { takeStartLock } from './start-lock.ts'
import { fileTrouble, unavailable } from './unavailable.ts'
import { sweepDrafts } from './write-file.ts'

/** A running server, and what this process is to it. */
export interface AcquiredServer {
  readonly pid: number
  readonly port: number
  /** The process that this one has started; `undefined`: another process of the app owns the server. */
  readonly child: ChildProcess | undefined
}

/** Recovery after a crash of the machine may take its time. */
const startWithinMs = 60_000
/** A server whose owner is gone ends by itself; after this long it is told to. */
const orphanWithinMs = 1_500

/**
 * Joins the server that runs on this folder, or starts it. Any number of processes may do this at
 * once; they end up with one server. Rejects with `JASPER_EMBEDDED_UNAVAILABLE`.
 */
export async function acquireServer(
  place: Place,
  mode: ServerMode,
  clock: Clock,
  signal: AbortSignal,
): Promise<AcquiredServer> {
  const deadline = clock.monotonic() + startWithinMs
  let kills = 0
  let orphan: { readonly pid: number; readonly since: number; told: boolean } | undefined
  try {
    await initialise(place, mode)
    while (!signal.aborted && clock.monotonic() < deadline) {
      const server = await runningPostmaster(place)
      if (server === undefined) {
        const launched = await underLock(place, clock, () => launchServer(place, mode, clock, kills < 3))
        if (launched === 'killed') kills++
        else if (launched !== undefined) return launched
      } else if (server.status === 'ready' && server.port !== undefined) {
        if (await ownerLives(place)) return { pid: server.pid, port: server.port, child: undefined }
        if (orphan?.pid !== server.pid) orphan = { pid: server.pid, since: clock.monotonic(), told: false }
        if (!orphan.told && clock.monotonic() - orphan.since > orphanWithinMs) {
          orphan.told = true
          // Nobody would end it later, so it must go now; its successor belongs to this process.
          if (!tell(server.pid, 'SIGINT')) return { pid: server.pid, port: server.port, child: undefined }
        }
      }
      await clock.sleep(10, signal)
    }
  } catch (error) {
    throw fileTrouble('Starting the embedded PostgreSQL', place.home, error)
  }
  throw unavailable(
    signal.aborted
      ? `The start of the embedded PostgreSQL in ${clusterOf(place)} was called off.`
      : `The embedded PostgreSQL in ${clusterOf(place)} has not become ready within ${startWithinMs / 1000} s.`,
    `Its log is ${logFileOf(place)}.`,
  )
}

async function underLock<T>(place: Place, clock: Clock, work: () => Promise<T>): Promise<T | undefined> {
  const lock = await takeStartLock(lockFileOf(place))
  if (lock === undefined) return undefined
  try {
    if ((await runningPostmaster(place)) !== undefined) return undefined
    await removeLeftover(place)
    for (const folder of [place.home, dataOf(place)]) await sweepDrafts(folder, clock.now())
    return await work()
  } finally {
    await lock.release()
  }
}

async function ownerLives(place: Place): Promise<boolean> {
  try {
    return lives(JSON.parse(await readFile(ownerFileOf(place), 'utf8')) as ProcessIdentity)
  } catch {
    return false
  }
}

/** Whether the signal could be sent, or was not needed any more. */
export function tell(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
