import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Logger } from '../../contracts/logger.ts'
import { completeLibraries } from './complete-libraries.ts'
import { binariesIn, findBinaries, type Binaries } from './find-binaries.ts'
import { dataOf, type Place } from './place.ts'
import { runProgram } from './run-program.ts'
import { serverUser, type ServerUser } from './server-user.ts'
import { fileTrouble, unavailable } from './unavailable.ts'
import { writeWhole } from './write-file.ts'

/** Where root keeps what a project's folder cannot hold, because it is closed to the server's user. */
const openFolders = ['/var/lib/jasper-embedded', '/var/tmp/jasper-embedded']

/**
 * Makes the folder, finds the programs, and settles where the data goes and who runs the server.
 *
 * Only root has a choice to make: the server runs as another user, who must be able to reach both.
 */
export async function choosePlace(folder: string, named: string | undefined, log: Logger): Promise<Place> {
  const found = findBinaries()
  await completeLibraries(found.root)
  const own = await makeFolder(resolve(folder))
  const home = await recordedHome(own)
  const user = serverUser(dataOf({ folder: own, home: home ?? own, user: undefined, binaries: found }), named)
  if (user === undefined) return { folder: own, home: home ?? own, user, binaries: found }
  return {
    folder: own,
    home: home ?? ((await reaches(user, own)) ? own : await moveOut(own, user, log)),
    user,
    binaries: (await mayRun(user, found.postgres)) ? found : await copyBinaries(found, user, log),
  }
}

async function makeFolder(path: string): Promise<string> {
  try {
    const made = await mkdir(path, { recursive: true })
    // Whatever the umask: the server's user must get through, and the data folder is closed by itself.
    if (made !== undefined && process.getuid?.() === 0) await chmod(path, 0o755)
    const entries = await readdir(path)
    refuseForeign(path, entries)
    if (entries.length === 0) {
      const ignore = '# The embedded database of this project.\n*\n'
      await writeWhole(join(path, '.gitignore'), ignore, { mode: 0o644, onlyNew: true })
    }
    return await realpath(path)
  } catch (error) {
    throw fileTrouble('Making the folder of the embedded database', path, error)
  }
}

/** What this package itself puts into the folder, and what file managers do. */
const ours =
  /^(\.gitignore|location|port|owner\.json|start\.lock|server\.log|initialising-.*|\.DS_Store|Thumbs\.db|desktop\.ini)(\.[0-9a-f]{12}|\.old)?$/

/** A folder with files of somebody else and no database is not ours to fill: `embedded('.')` is a slip. */
function refuseForeign(path: string, entries: readonly string[]): void {
  if (entries.some((name) => name === 'location' || /^postgres-\d+$/.test(name))) return
  const foreign = entries.find((name) => !ours.test(name))
  if (foreign === undefined) return
  throw unavailable(
    `The folder ${path} holds other files (${foreign}) and no database.`,
    "Name a folder of its own for the embedded database, such as './.jasper'.",
  )
}

const locationOf = (folder: string) => join(folder, 'location')

async function recordedHome(folder: string): Promise<string | undefined> {
  const home = await readFile(locationOf(folder), 'utf8').catch(() => undefined)
  return home?.trim()
}

async function moveOut(folder: string, user: ServerUser, log: Logger): Promise<string> {
  const base = await openFolder(user)
  const project = basename(dirname(folder)).replaceAll(/[^\w.-]/g, '_')
  const home = join(base, `${project}-${randomBytes(4).toString('hex')}`)
  await mkdir(home, { mode: 0o755 })
  await chmod(home, 0o755)
  if (!(await writeWhole(locationOf(folder), `${home}\n`, { mode: 0o644, onlyNew: true }))) {
    // Another process was a moment faster.
    await rm(home, { recursive: true })
    return (await recordedHome(folder)) ?? home
  }
  log.warn('the data of the embedded PostgreSQL is kept in another folder', {
    folder: home,
    because: `${folder} is closed to the user ${user.name}, who runs the server`,
  })
  return home
}

async function copyBinaries(found: Binaries, user: ServerUser, log: Logger): Promise<Binaries> {
  const target = join(await openFolder(user), `postgresql-${found.label}`)
  if (!existsSync(target)) {
    const draft = `${target}.${randomBytes(6).toString('hex')}`
    await cp(found.root, draft, { recursive: true, verbatimSymlinks: true })
    await chmod(draft, 0o755)
    await rename(draft, target).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true })
      if (!existsSync(target)) throw error
    })
    log.info('the programs of the embedded PostgreSQL were copied', {
      folder: target,
      because: `${found.root} is closed to the user ${user.name}, who runs them`,
    })
  }
  const copy = binariesIn(target, found.major, found.label)
  if (await mayRun(user, copy.postgres)) return copy
  throw unavailable(
    `The user ${user.name} may run neither ${found.postgres} nor ${copy.postgres}.`,
    'Open one of them to this user, or run this process as an ordinary user.',
  )
}

/** A folder of root's that others may enter but not write; one that somebody else has made is refused. */
async function openFolder(user: ServerUser): Promise<string> {
  for (const folder of openFolders) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 })
      const { uid, mode } = await lstat(folder)
      if (uid !== 0 || (mode & 0o022) !== 0) continue
      await chmod(folder, 0o755)
      if (await reaches(user, folder)) return folder
    } catch {
      // Read-only, or a file: the next one.
    }
  }
  throw unavailable(
    `The user ${user.name}, who runs PostgreSQL for root, can reach none of the folders it needs.`,
    `Make ${openFolders[0]} a folder of root with mode 755, or run this process as an ordinary user.`,
  )
}

async function reaches(user: ServerUser, folder: string): Promise<boolean> {
  return (await runProgram('sh', ['-c', 'cd -- "$1"', 'sh', folder], user)).code === 0
}

async function mayRun(user: ServerUser, program: string): Promise<boolean> {
  return (await runProgram('sh', ['-c', 'test -x "$1"', 'sh', program], user)).code === 0
}
