import { readFileSync, statSync } from 'node:fs'
import { unavailable } from './unavailable.ts'

/** Whom the server runs as, when that is not the user of this process. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
  readonly name: string
}

/**
 * PostgreSQL refuses to run as root. A process of root hands it to the owner of the data, if there
 * is some, else to the user named, else to `postgres`, else to `nobody`. Any other user runs it itself.
 */
export function serverUser(dataFolder: string, named: string | undefined): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const owner = ownerOf(dataFolder)
  if (owner !== undefined && owner.uid !== 0) return owner
  const users = listUsers()
  for (const name of named === undefined ? ['postgres', 'nobody'] : [named]) {
    const user = users.get(name)
    if (user !== undefined && user.uid !== 0) return user
  }
  throw unavailable(
    named === undefined
      ? 'This process runs as root, PostgreSQL refuses to, and there is no user postgres or nobody to run it.'
      : `There is no user ${JSON.stringify(named)}, other than root, to run PostgreSQL.`,
    'Create a user (useradd --system postgres), or run this process as an ordinary user.',
  )
}

function ownerOf(folder: string): ServerUser | undefined {
  try {
    const { uid, gid } = statSync(folder)
    return { uid, gid, name: `user id ${uid}` }
  } catch {
    return undefined
  }
}

function listUsers(): Map<string, ServerUser> {
  const users = new Map<string, ServerUser>()
  let lines: string[] = []
  try {
    lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  } catch {
    // A container without one has no users to offer.
  }
  for (const line of lines) {
    const [name, , uid, gid] = line.split(':')
    if (name && uid && gid) users.set(name, { name, uid: Number(uid), gid: Number(gid) })
  }
  return users
}
