import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commands } from '../../runtime/cli/commands.ts'
import { run } from '../../runtime/cli/run.ts'
import type { Terminal } from '../../runtime/cli/terminal.ts'
import { messageTables, tablesOf } from '../../runtime/stores/postgres/schema-names.ts'
import { migrations } from '../../runtime/stores/postgres/migrations.ts'
import { claim, insert, message, messages, uuid } from '../conformance/message-store/scene.ts'
import { eventually } from '../support/eventually.ts'
import { repository } from '../tooling/package-doors.ts'
import { openDesk, readingRole, type Desk } from './desk.ts'
import { jasper } from './run-jasper.ts'

let desk: Desk
const version = migrations.length
beforeAll(async () => {
  desk = await openDesk()
  // Nobody is called silent for longer than the server runs, and this one may have been started for these tests.
  const runsFor = "select now() - pg_postmaster_start_time() > interval '20 s' as long"
  await eventually('the server has run for longer than a silence', async () => (await desk.database.pool.query<{ long: boolean }>(runsFor)).rows[0]!.long, 40_000)
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.store.operations.clear()
  await desk.database.pool.query('delete from jasper.nodes')
})

const contains = (text: string) => expect.stringContaining(text) as string
const matches = (pattern: RegExp) => expect.stringMatching(pattern) as string
const node = async (host = 'web-1'): Promise<string> => {
  const id = uuid()
  await desk.store.nodes.register({ id, host, pid: 4711 })
  return id
}
/** As after a crash long ago. */
const silence = async (id: string) => desk.database.pool.query(`update jasper.nodes set beat_at = now() - interval '1 hour' where id = $1`, [id])

describe('jasper storage counts', () => {
  it('says that nothing waits', async () => {
    const { code, out, error } = await desk.run('storage counts')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toMatch(/^shop PostgreSQL at .*\n\n {2}Nothing waits, nothing is scheduled, and no letter is dead\.\n$/)
  })

  it('counts by queue and state, and in all', async () => {
    await desk.bury({})
    await insert(desk.store, ...messages(3), message({ destination: 'local://audit', scheduledFor: new Date(Date.now() + 60_000) }))
    await claim(desk.store, await node(), 1)
    const { out } = await desk.run('storage counts')
    expect(out).toMatch(/queue +waiting +claimed +scheduled +parked +dead letters/)
    expect(out).toMatch(/local:\/\/audit +· +· +1 +· +·\n/)
    expect(out).toMatch(/local:\/\/orders +2 +1 +· +· +·\n/)
    expect(out).toMatch(/in all +2 +1 +1 +· +1\n/)
    expect(await desk.json('storage counts')).toMatchObject({ ok: true, owner: 'shop', queues: [{ endpoint: 'local://audit', scheduled: 1 }, { ready: 2 }, {}], destinations: [] })
  })

  it('tells of messages that SQL has sent and nobody has routed', async () => {
    await desk.database.pool.query(`select jasper.send('Unknown', '{}')`)
    expect((await desk.run('storage counts')).out).toContain('Sent by SQL and not routed yet: 1')
  })
})

describe('jasper storage clear', () => {
  it('refuses where there is nobody to ask, and deletes with --yes', async () => {
    await insert(desk.store, ...messages(2))
    expect(await desk.run('storage clear')).toMatchObject({ code: 3, out: '', error: matches(/2 messages of shop in PostgreSQL .* will be deleted.*say --yes/) })
    expect(await desk.json('storage clear')).toMatchObject({ ok: false, error: { code: 'USAGE' } })
    expect(await desk.store.incoming.counts()).toHaveLength(1)
    expect(await desk.json('storage clear --yes')).toEqual({ ok: true, deleted: 2 })
    expect(await desk.run('storage clear -y')).toMatchObject({ code: 0, out: contains('no message') })
  })

  it('empties every table but those that hold no message', async () => {
    const { rows } = await desk.database.pool.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'jasper' order by 1`)
    const emptied = messageTables(tablesOf('jasper')).map(({ parts }) => parts.join('').replace('"jasper".', ''))
    // Whoever adds a table decides whether clear empties it.
    const kept = ['application', 'migrations', 'nodes', 'pauses', 'recurring', 'recurring_rules']
    expect(rows.map(({ name }) => name).filter((name) => !emptied.includes(name) && !kept.includes(name))).toEqual([])
  })
})

describe('jasper storage migrate, script and rebuild', () => {
  it('show what would be done, do it, and say when nothing is left', async () => {
    const there = '--schema another'
    const dry = await desk.run(`storage migrate --dry-run ${there}`)
    expect(dry).toMatchObject({ code: 0, out: matches(new RegExp(`is at version 0; ${version} steps to version ${version}:[^]*1  envelopes[^]*Nothing was done`)) })
    expect(await desk.run(`storage counts ${there}`)).toMatchObject({ code: 2, error: contains('jasper storage migrate') })
    expect(await desk.json(`storage migrate --dry-run ${there}`)).toMatchObject({ ok: true, dryRun: true, version: 0, applied: [] })
    expect(await desk.run(`storage migrate ${there}`)).toMatchObject({ code: 0, out: contains(`at version ${version}, ${version} steps applied`) })
    expect(await desk.json(`storage migrate ${there}`)).toMatchObject({ ok: true, version, applied: [], pending: [] })
    expect(await desk.run(`storage counts ${there}`)).toMatchObject({ code: 0, out: contains('no app yet') })
  })

  it('print the SQL without touching a database', async () => {
    const nowhere = ['--url', 'postgres://nobody@127.0.0.1:1/nothing', '--schema', 'by_script']
    const { code, out } = await jasper(['storage', 'script', ...nowhere])
    expect(code).toBe(0)
    await desk.database.pool.query(out)
    expect(await desk.json('storage migrate --dry-run --schema by_script')).toMatchObject({ version, pending: [] })
    const part = await jasper(['storage', 'script', '--from', '1', '--to', '2', '--json', ...nowhere])
    expect((JSON.parse(part.out) as { script: string }).script).toMatch(/goes on from schema version 1[^]*-- Version 2/)
    expect(await jasper(['storage', 'script', '--from', '2', '--to', '1', ...nowhere])).toMatchObject({ code: 3 })
    expect(await jasper(['storage', 'script', '--from', 'one', ...nowhere])).toMatchObject({ code: 3 })
  })

  it('rebuild only when told, and never under processes that are alive', async () => {
    await insert(desk.store, message())
    expect(await desk.run('storage rebuild')).toMatchObject({ code: 3, error: contains('say --yes') })
    const id = await node()
    expect(await desk.run('storage rebuild --yes')).toMatchObject({ code: 2, error: contains('Stop them before a rebuild') })
    await silence(id)
    expect(await desk.store.incoming.counts()).toHaveLength(1)
    const { code, out } = await desk.run('storage rebuild --yes --schema another')
    expect({ code, out }).toEqual({ code: 0, out: `✓ The tables are new and empty, at version ${version}.\n` })
  })
})

describe('jasper storage release and nodes', () => {
  it('says that nobody takes part, and that nobody is dead', async () => {
    expect(await desk.run('nodes')).toEqual({ code: 0, out: 'No process takes part at present.\n', error: '' })
    expect(await desk.run('storage release')).toMatchObject({ code: 0, out: contains('No node is dead') })
  })

  it('lists nodes, and frees what the dead have', async () => {
    const [alive, dead] = [await node('web-1'), await node('web-2')]
    await insert(desk.store, ...messages(5))
    await claim(desk.store, alive, 2)
    await claim(desk.store, dead, 3)
    await silence(dead)
    const { out } = await desk.run('nodes')
    expect(out).toContain('2 nodes, 1 alive')
    expect(out).toMatch(new RegExp(`${alive} +alive +web-1 pid 4711 +\\d.* ago +2 `))
    expect(out).toMatch(new RegExp(`${dead} +silent +web-2 pid 4711 +\\d.* ago +3 `))
    expect(await desk.json('nodes')).toMatchObject({ nodes: [{ id: alive, alive: true, claims: 2 }, { id: dead, alive: false, claims: 3 }] })
    expect(await desk.run('storage release')).toMatchObject({ code: 0, out: '✓ 3 messages of 1 node freed.\n' })
    expect(await desk.json('nodes')).toMatchObject({ nodes: [{ id: alive, claims: 2 }] })
  })

  it('takes from a living node only when told', async () => {
    const id = await node()
    await insert(desk.store, ...messages(2))
    await claim(desk.store, id)
    expect(await desk.run(`storage release --node ${id}`)).toMatchObject({ code: 3, error: contains('The node is alive: 2 messages') })
    expect(await desk.json(`storage release --node ${id} --yes`)).toEqual({ ok: true, released: 2, nodes: [id] })
    expect(await desk.run(`storage release --node ${uuid()}`)).toMatchObject({ code: 1, error: contains('There is no node') })
  })
})

describe('jasper health and check', () => {
  it('are well where nodes are alive or nothing waits, and not where messages wait for nobody', async () => {
    expect(await desk.run('health')).toMatchObject({ code: 0, out: matches(/answers in .*\n✓ 0 nodes alive.*\n✓ nothing waits/) })
    await insert(desk.store, message({ sentAt: new Date(Date.now() - 300_000) }))
    const { code, out } = await desk.run('health')
    expect(code).toBe(1)
    expect(out).toMatch(/local:\/\/orders +5 min[^]*Messages wait, and no process is alive/)
    const id = await node()
    expect(await desk.json('health')).toMatchObject({ ok: true, healthy: true, nodes: { alive: 1, silent: 0 }, backlog: [{ endpoint: 'local://orders' }] })
    await silence(id)
    expect(await desk.json('health')).toMatchObject({ ok: false, healthy: false, nodes: { alive: 0, silent: 1 } })
  })

  it('check line by line, and fail with 1', async () => {
    expect(await desk.run('check')).toMatchObject({ code: 0, out: matches(/^✓ store .*\n✓ schema +version \d.*\n✓ owner +the app "shop"\n✓ tables .*\n$/) })
    expect(await desk.run('check --schema not_there')).toMatchObject({ code: 1, out: matches(/✓ store .*\n✗ schema +version 0; \d+ is needed: run jasper storage migrate\n$/) })
    const away = await jasper(['check', '--url', 'postgres://nobody:sesame@127.0.0.1:1/nothing', '--json'])
    expect(away.code).toBe(1)
    expect(JSON.parse(away.out)).toMatchObject({ ok: false, checks: [{ name: 'store', ok: false, says: contains('does not answer') }] })
    expect(away.out).not.toContain('sesame')
  })
})

describe('commands that read', () => {
  const reading = ['check', 'health', 'nodes', 'storage counts', 'storage migrate --dry-run', 'storage script', 'dead-letters list', 'dead-letters list -s', 'scheduled list', 'endpoints list']

  it('are all there is, but for those that say that they write', () => {
    const writing = ['storage migrate', 'storage clear', 'storage rebuild', 'storage release', 'dead-letters edit', 'dead-letters replay', 'dead-letters discard', 'scheduled cancel', 'scheduled reschedule', 'endpoints pause', 'endpoints resume']
    const rest = commands.map(({ name }) => name).filter((name) => !writing.includes(name) && name !== 'dead-letters show' && name !== 'endpoints list')
    expect(rest.filter((name) => !reading.includes(name))).toEqual([])
    const nothing = { has: () => false, text: () => undefined }
    for (const { name, access } of commands) expect(access(nothing)?.readOnly ?? true, name).toBe(!writing.includes(name))
  })

  it('work for a role that may only read, and those that write are refused by the database', async () => {
    const [id] = await desk.bury({})
    const role = await readingRole(desk)
    try {
      const as = (args: string) => jasper([...args.split(' '), '--url', role.url])
      for (const args of [...reading, `dead-letters show ${id}`]) expect(await as(args), args).toMatchObject({ code: 0, error: '' })
      for (const args of [`dead-letters discard ${id} --yes`, `dead-letters replay ${id}`, `dead-letters edit ${id} --body {}`, 'storage clear --yes']) {
        expect(await as(args), args).toMatchObject({ code: 2, error: contains('permission denied') })
      }
    } finally {
      await role.drop()
    }
  })
})

describe('the command line', () => {
  it('never prints a password, whatever goes wrong', async () => {
    const secret = 'sesame-open'
    for (const url of [`postgres://u:${secret}@127.0.0.1:1/x`, `postgres://u:${secret}@127.0.0.1:99999/x`, `postgres://nobody:${secret}@${new URL(desk.database.url).host}/x`, `${secret}://`, `postgres://u:${secret}%zz@h/x`]) {
      for (const extra of [[], ['--json']]) {
        const ended = await jasper(['storage', 'counts', '--url', url, ...extra])
        expect(ended.code, url).not.toBe(0)
        expect(ended.out + ended.error, url).not.toContain(secret)
      }
    }
  })

  it('helps, and refuses what it does not know', async () => {
    expect(await jasper(['--help'])).toMatchObject({ code: 0, out: contains('dead-letters replay'), error: '' })
    expect(await jasper(['storage'])).toMatchObject({ code: 0, out: contains('storage counts') })
    expect(await jasper(['dead-letters', 'replay', '--help'])).toMatchObject({ code: 0, out: contains('--rate <number>') })
    expect(await jasper(['--version'])).toMatchObject({ code: 0, out: matches(/^\d+\.\d+\.\d+\n$/) })
    expect(await jasper([])).toMatchObject({ code: 3, out: '' })
    expect(await jasper(['storage', 'count'])).toMatchObject({ code: 3, error: contains('Did you mean `jasper storage counts`?') })
    expect(await jasper(['nodes', '--jsn'])).toMatchObject({ code: 3, error: contains('Did you mean --json?') })
    expect(await jasper(['nodes', 'extra'])).toMatchObject({ code: 3 })
    expect(await jasper(['dead-letters', 'list', '--limit'])).toMatchObject({ code: 3, error: contains('--limit <number>') })
    expect(await desk.run('dead-letters list --limit 0')).toMatchObject({ code: 3 })
    expect(await desk.run('dead-letters list --after nonsense')).toMatchObject({ code: 3, error: contains('not a place in this list') })
  })

  it('finds the store in the environment and in the config', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jasper-config-'))
    try {
      expect(await jasper(['nodes'], { cwd: folder })).toMatchObject({ code: 3, error: contains('Which store?') })
      expect(await jasper(['nodes'], { cwd: folder, env: { JASPER_URL: desk.database.url } })).toMatchObject({ code: 0 })
      mkdirSync(join(folder, 'node_modules'))
      symlinkSync(join(repository, 'runtime'), join(folder, 'node_modules/jasper-runtime'))
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
      const config = (store: string) => writeFileSync(join(folder, 'jasper.config.ts'), `import { defineConfig } from 'jasper-runtime/config'\nexport default defineConfig({ ${store} })\n`)
      config(`store: async () => (await import('jasper-runtime/postgres')).postgres({ connectionString: process.env['SHOP_URL'] })`)
      expect(await jasper(['nodes'], { cwd: folder, env: { SHOP_URL: desk.database.url } })).toMatchObject({ code: 0, out: contains('No process takes part') })
      expect(await jasper(['nodes'], { cwd: folder })).toMatchObject({ code: 3, error: contains('environment variable') })
      config(`store: (await import('jasper-runtime')).inMemory()`)
      expect(await jasper(['nodes'], { cwd: folder })).toMatchObject({ code: 3, error: contains('its own process alone') })
      config(`handlers: ['src/**/*.ts']`)
      expect(await jasper(['nodes'], { cwd: folder })).toMatchObject({ code: 3, error: contains('defineConfig({ store:') })
      writeFileSync(join(folder, 'jasper.config.ts'), 'export default {')
      expect(await jasper(['nodes'], { cwd: folder })).toMatchObject({ code: 3, error: contains('jasper.config.ts cannot be loaded') })
      expect(await jasper(['nodes', '-c', 'other.ts'], { cwd: folder })).toMatchObject({ code: 3, error: contains('other.ts is not there') })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('asks a person, and does nothing unless the answer is yes', async () => {
    const answers = ['no', '', ' YES ']
    for (const [index, answer] of answers.entries()) {
      await insert(desk.store, message())
      let asked = ''
      const said: string[] = []
      const note = (text: string | Uint8Array): void => void said.push(String(text))
      const ask = (question: string): Promise<string> => {
        asked = question
        return Promise.resolve(answer)
      }
      const read = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array())
      const terminal: Terminal = { cwd: repository, env: {}, out: note, error: note, color: false, columns: 80, ask, read }
      const code = await run(['storage', 'clear', '--url', desk.database.url], terminal, new AbortController().signal)
      expect(asked).toMatch(/will be deleted\. This cannot be undone\.\nType yes to go on: $/)
      const isLast = index === answers.length - 1
      expect(code).toBe(isLast ? 0 : 3)
      expect(said.join('')).toContain(isLast ? '3 messages deleted' : 'Nothing was done')
    }
  })
})
