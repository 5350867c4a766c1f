import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm } from 'node:fs/promises'
import { identityOf, lives, type ProcessIdentity } from './process-identity.ts'
import { writeWhole } from './write-file.ts'

/** The right to start the server of a folder. */
export interface StartLock {
  release(): Promise<void>
}

/**
 * Takes the lock, or resolves with `undefined` when a living process has it. A lock whose process is
 * gone is broken.
 *
 * It keeps several processes from starting at once, and covers the removal of a leftover
 * `postmaster.pid`. That two servers never run on one folder is PostgreSQL's own doing: it checks the
 * file and the shared memory of the folder itself.
 */
export async function takeStartLock(path: string): Promise<StartLock | undefined> {
  const holder: ProcessIdentity & { readonly token: string } = {
    ...identityOf(process.pid),
    token: randomBytes(8).toString('hex'),
  }
  const mine = JSON.stringify(holder)
  if (!(await writeWhole(path, mine, { mode: 0o644, onlyNew: true }))) {
    const theirs = await readFile(path, 'utf8').catch(() => undefined)
    if (theirs === undefined || holderLives(theirs)) return undefined
    await breakLock(path, theirs)
    if (!(await writeWhole(path, mine, { mode: 0o644, onlyNew: true }))) return undefined
  }
  return {
    async release() {
      if ((await readFile(path, 'utf8').catch(() => undefined)) === mine) await rm(path, { force: true })
    },
  }
}

function holderLives(text: string): boolean {
  try {
    return lives(JSON.parse(text) as ProcessIdentity)
  } catch {
    // No lock of ours is ever seen in half.
    return false
  }
}

/** Moves the lock away, and back if it was another one by then. */
async function breakLock(path: string, expected: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await rename(path, aside)
  } catch {
    // Somebody else has broken or released it.
    return
  }
  if ((await readFile(aside, 'utf8')) !== expected) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}
