import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { jasperGen } from './run-bin.ts'
import { shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'

const output = 'src/generated/jasper'
const chain = `${output}/place-order.chain.ts`
const handler = 'src/orders/place-order.handler.ts'

let project: TemporaryProject

beforeAll(() => {
  project = temporaryProject(shop)
})
afterAll(() => project.remove('.'))

const run = (...args: readonly string[]) => jasperGen(project.folder, args)

/** Every file of the output folder with its content. */
function generated(): Readonly<Record<string, string>> {
  const folder = join(project.folder, output)
  if (!existsSync(folder)) return {}
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile())
  return Object.fromEntries(files.sort().map((path) => [path, project.read(join(output, path))]))
}

describe('build', () => {
  it('writes the code and says so in one line', async () => {
    const ended = await run('build')
    expect(ended.error).toBe('')
    expect(ended.out).toMatch(/^✓ 3 messages, 2 chains, \d+ files written {2}\(.+ m?s\)\n$/)
    expect(ended.code).toBe(0)
    const some = ['cancel-order.chain.ts', 'index.ts', 'manifest.json', 'place-order.chain.ts']
    expect(Object.keys(generated())).toEqual(expect.arrayContaining(some))
  })

  it('has nothing to do the second time', async () => {
    const before = generated()
    const ended = await run('build')
    expect(ended.out).toMatch(/^✓ 3 messages, 2 chains, \d+ files unchanged {2}\(\d+ ms\)\n$/)
    expect(generated()).toEqual(before)
  })

  it('says what it did as one JSON document', async () => {
    project.remove(chain)
    const ended = await run('build', '--json')
    const said = { ok: true, messages: 3, chains: 2, written: [chain], deleted: [], gone: [], diagnostics: [] }
    expect(JSON.parse(ended.out)).toMatchObject(said)
    expect(ended.code).toBe(0)
  })
})

describe('check', () => {
  let current: Readonly<Record<string, string>>

  /** Every test starts from a project whose generated code is current. */
  beforeEach(async () => {
    project.remove('src/orders')
    for (const [path, text] of Object.entries(shop)) project.write(path, text)
    // What the test before has renamed is renamed back.
    expect((await run('build', '--accept', 'WithdrawOrder')).code).toBe(0)
    current = generated()
  })

  it('is silent when all is current', async () => {
    expect(await run('check')).toEqual({ code: 0, out: '', error: '' })
  })

  it('is silent in a fresh clone too, where nothing is remembered', async () => {
    project.remove('node_modules/.cache')
    expect(await run('check')).toEqual({ code: 0, out: '', error: '' })
    expect(await run('check')).toEqual({ code: 0, out: '', error: '' })
  })

  it('catches an edited handler', async () => {
    project.write(handler, shop[handler].replace('tx: PoolClient)', 'tx: PoolClient, now: Date)'))
    const ended = await run('check')
    expect(ended.code).toBe(1)
    expect(ended.out).toContain('✗ generated code is stale: 1 out of date\n')
    expect(ended.out).toContain(`  out of date  ${chain}  ${handler} changed\n`)
    expect(ended.out).toContain(`  Since the last build: ${handler} changed.\n`)
    expect(ended.out).toContain(`--- ${chain}\ton disk\n+++ ${chain}\tas generated\n`)
    expect(ended.out).toMatch(/^\+.*\bnow\b/m)
    expect(ended.out).toContain('Run  npx jasper-gen build  and commit what it writes.\n')
    expect(generated()).toEqual(current)
  })

  it('does not mind an edit that changes nothing generated', async () => {
    project.write(handler, shop[handler].replace('lines.length', 'lines.length + 1'))
    expect(await run('check')).toEqual({ code: 0, out: '', error: '' })
  })

  it('catches a generated file that was edited', async () => {
    writeFileSync(join(project.folder, chain), `${project.read(chain)}// a quick fix\n`)
    const ended = await run('check')
    expect(ended.code).toBe(1)
    expect(ended.out).toContain('✗ generated code is stale: 1 edited by hand\n')
    expect(ended.out).toContain(`  edited by hand  ${chain}`)
    expect(ended.out).toContain('-// a quick fix\n')
  })

  it('catches an edit in a fresh clone, with the difference', async () => {
    writeFileSync(join(project.folder, chain), `${project.read(chain)}// a quick fix\n`)
    project.remove('node_modules/.cache')
    const ended = await run('check', '--no-diff')
    expect(ended.code).toBe(1)
    expect(ended.out).toContain(`  out of date  ${chain}  from ${handler}\n`)
    expect(ended.out).not.toContain('quick fix')
  })

  it('catches a generated file that was deleted', async () => {
    project.remove(chain)
    const ended = await run('check')
    expect(ended.code).toBe(1)
    expect(ended.out).toContain('✗ generated code is stale: 1 missing\n')
    expect(ended.out).toContain(`  missing  ${chain}  for ${handler}\n`)
    expect(existsSync(join(project.folder, chain))).toBe(false)
  })

  it('catches a renamed message, and says what becomes of the stored ones', async () => {
    const rename = (text: string) => text.replaceAll('CancelOrder', 'WithdrawOrder')
    project.write('src/orders/messages.ts', rename(shop['src/orders/messages.ts']))
    project.write('src/orders/cancel-order.handler.ts', rename(shop['src/orders/cancel-order.handler.ts']))
    for (const command of ['check', 'build']) {
      const ended = await run(command)
      expect(ended.code).toBe(2)
      expect(ended.out).toContain('error JG2026: CancelOrder is gone: messages stored under that name would be parked')
      expect(ended.out).toContain('/** @message CancelOrder */')
      expect(generated()).toEqual(current)
    }
    const built = await run('build', '--accept', 'CancelOrder')
    expect(built.out).toContain('! CancelOrder is gone')
    expect(built.out).toMatch(/✓ 3 messages, 2 chains, .*files deleted/)
    expect(await run('check')).toEqual({ code: 0, out: '', error: '' })
  })

  it('reports errors in the code with their place, and keeps the last good output', async () => {
    project.write('src/orders/broken.handler.ts', 'export function handle(): void {}\n')
    project.remove(chain)
    const { [chain.slice(output.length + 1)]: _removed, ...left } = current
    for (const command of ['check', 'build']) {
      const ended = await run(command)
      expect(ended.code).toBe(2)
      expect(ended.out).toContain('JG1002')
      expect(ended.out).toContain('src/orders/broken.handler.ts:1:17')
      expect(generated()).toEqual(left)
    }
    expect((await run('build')).out).toContain('\n1 error\n✗ nothing was written\n')
  })

  it('reports errors in the code in every form: compact, as annotations, as JSON', async () => {
    project.write('src/orders/broken.handler.ts', 'export function handle(): void {}\n')
    expect((await run('build', '--format', 'compact')).out).toMatch(/^src\/orders\/broken\.handler\.ts:1:17: error JG1002: /)
    const annotated = await jasperGen(project.folder, ['check'], { env: { PATH: '', GITHUB_ACTIONS: 'true' } })
    expect(annotated.out).toMatch(/^::error file=src\/orders\/broken\.handler\.ts,line=1,col=17,title=JG1002::/m)
    expect(JSON.parse((await run('check', '--json')).out)).toMatchObject({ ok: false, diagnostics: [{ code: 'JG1002' }] })
  })

  it('says all of it as one JSON document, and as annotations', async () => {
    project.remove(chain)
    const ended = await run('check', '--json')
    expect(ended.code).toBe(1)
    expect(JSON.parse(ended.out)).toMatchObject({ ok: false, stale: [{ path: chain, state: 'missing' }], diagnostics: [] })
    const annotated = await run('check', '--format', 'github')
    expect(annotated.out).toContain(`::error file=${chain},title=jasper-gen check::missing; run npx jasper-gen build`)
  })

  it('treats a broken record as none', async () => {
    const cache = join(project.folder, 'node_modules/.cache/jasper-gen')
    const [record] = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('record.json'))
    for (const text of ['', '{"form":1,"tool":"x","observations":{"files":[{}]}}']) {
      writeFileSync(join(cache, record ?? ''), text)
      expect(await run('check')).toEqual({ code: 0, out: '', error: '' })
    }
  })

  it('needs no folder that it may write to', async () => {
    project.remove('node_modules/.cache')
    writeFileSync(join(project.folder, 'node_modules/.cache'), 'a file where the cache would be')
    try {
      expect(await run('check')).toEqual({ code: 0, out: '', error: '' })
    } finally {
      rmSync(join(project.folder, 'node_modules/.cache'))
    }
  })

  it('works from another folder with --config', async () => {
    project.write('jasper.config.mjs', 'export default {}\n')
    try {
      project.write('elsewhere/.keep', '')
      const ended = await jasperGen(join(project.folder, 'elsewhere'), ['check', '--config', '../jasper.config.mjs'])
      expect(ended).toEqual({ code: 0, out: '', error: '' })
      project.remove(chain)
      const stale = await jasperGen(join(project.folder, 'elsewhere'), ['check', '-c', '../jasper.config.mjs'])
      expect(stale.out).toContain(`  missing  ../${chain}`)
      expect(stale.out).toContain('npx jasper-gen build --config ../jasper.config.mjs')
    } finally {
      project.remove('jasper.config.mjs')
    }
  })
})
