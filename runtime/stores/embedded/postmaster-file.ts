import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dataOf, type Place } from './place.ts'
import { isServerOf } from './process-identity.ts'

/** What a server says of itself in its data folder. */
export interface Postmaster {
  readonly pid: number
  readonly port: number | undefined
  readonly status: 'starting' | 'ready' | 'stopping'
}

/**
 * The server that runs on this folder, or `undefined` when none does: no file, or one that a crash
 * has left, even if its process id has been given to another process since.
 */
export async function runningPostmaster(place: Place): Promise<Postmaster | undefined> {
  const [pid, , , port, , , , status = ''] = (await readPostmasterFile(place)) ?? []
  const id = Number(pid)
  if (!Number.isInteger(id) || id <= 0 || !isServerOf(id, dataOf(place))) return undefined
  const word = status.trim()
  return {
    pid: id,
    port: port === undefined || port === '' ? undefined : Number(port),
    status: word === 'ready' || word === 'stopping' ? word : 'starting',
  }
}

/**
 * Removes a leftover that the server itself would respect because some process has its id. Only for
 * the holder of the start lock, after {@link runningPostmaster} has found nothing.
 */
export async function removeLeftover(place: Place): Promise<void> {
  if ((await readPostmasterFile(place)) !== undefined) await rm(postmasterFileOf(place), { force: true })
}

const postmasterFileOf = (place: Place) => join(dataOf(place), 'postmaster.pid')

async function readPostmasterFile(place: Place): Promise<string[] | undefined> {
  try {
    return (await readFile(postmasterFileOf(place), 'utf8')).split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
