import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DemoBroker } from '../support/demo-broker.ts'
import { repository } from '../tooling/package-doors.ts'
import { openDesk, type Desk } from './desk.ts'
import { jasper, type Ended } from './run-jasper.ts'

let desk: Desk
let folder: string
const broker = new DemoBroker()
beforeAll(async () => {
  desk = await openDesk()
  await broker.start()
  folder = mkdtempSync(join(tmpdir(), 'jasper-check-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(repository, 'runtime'), join(folder, 'node_modules/jasper-runtime'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await broker.stop()
  await desk.close()
})

const lines = (out: string): readonly string[] => out.trimEnd().split('\n')
const contains = (text: string) => expect.stringContaining(text) as string

/** Runs `jasper check` in a project whose config has these transports, and these routes. */
async function check(transports: string, routes?: string, args: readonly string[] = []): Promise<Ended> {
  const demo = pathToFileURL(join(repository, 'test/support/demo-transport.ts')).href
  const config = [
    `import { defineConfig } from 'jasper-runtime/config'`,
    `import { demoTransport } from '${demo}'`,
    'const demo = (more = {}) => ({ ...demoTransport({ port: Number(process.env.BROKER) }), ...more })',
    'export default defineConfig({',
    `  store: async () => (await import('jasper-runtime/postgres')).postgres({ connectionString: process.env.SHOP_URL }),`,
    `  transports: ${transports},`,
    ...(routes === undefined ? [] : [`  routes: 'src/routes.ts',`]),
    '})',
  ]
  writeFileSync(join(folder, 'jasper.config.ts'), config.join('\n'))
  mkdirSync(join(folder, 'src'), { recursive: true })
  if (routes !== undefined) {
    writeFileSync(join(folder, 'src/routes.ts'), `import { defineRoutes } from 'jasper-runtime/config'\nexport default ${routes}`)
  }
  return await jasper(['check', ...args], { cwd: folder, env: { SHOP_URL: desk.database.url, BROKER: String(broker.port) } })
}

const routes = `defineRoutes(({ publish, listen, sending }) => {
  publish('A').to('demo://queue/out', 'local://a')
  sending('demo://queue/out', {})
  listen('demo://queue/in')
})`
const missing = `check: async (places) => places.map(({ address, use }) => 'nothing to ' + use + ' at ' + address)`

describe('jasper check', () => {
  it('has a line for each transport beside those of the store', async () => {
    const { code, out, error } = await check('() => [demo()]', routes)
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(lines(out)[0]).toMatch(/^✓ store /)
    expect(lines(out).at(-1)).toBe(`✓ demo     demo broker at 127.0.0.1:${broker.port} answers, and has what the routes name: 2 places`)
    expect(lines((await check('[demo()]')).out).at(-1)).toContain('answers; the routes name nothing there')
  })

  it('fails with a line for each thing that is missing', async () => {
    const { code, out } = await check(`[demo({ ${missing} })]`, routes)
    expect(code).toBe(1)
    expect(lines(out).slice(-2)).toEqual(['✗ demo     nothing to send at demo://queue/out', '✗ demo     nothing to listen at demo://queue/in'])
    const { out: json } = await check(`[demo({ ${missing} })]`, routes, ['--json'])
    expect(JSON.parse(json)).toMatchObject({ ok: false, checks: expect.arrayContaining([{ name: 'demo', ok: false, says: 'nothing to send at demo://queue/out' }]) as unknown })
  })

  it('fails where the other side does not answer, or refuses, and looks at the others nevertheless', async () => {
    const away = `demoTransport({ port: 1, scheme: 'demo+away' })`
    const refusing = `demo({ scheme: 'demo+closed', open: async () => { throw new Error('the password is refused') } })`
    const { code, out } = await check(`async () => [${away}, ${refusing}, demo()]`)
    expect(code).toBe(1)
    expect(lines(out).slice(-3)).toEqual([
      contains('✗ demo+away demo broker at 127.0.0.1:1 cannot be checked'),
      '✗ demo+closed the password is refused',
      contains('✓ demo     demo broker'),
    ])
  })

  it('fails with a line that says what is wrong with the config or the routes', async () => {
    const wrong: readonly (readonly [Ended, string])[] = [
      [await check(`'demo'`), 'The transports in jasper.config.ts are none'],
      [await check(`() => { throw new Error('BROKER is not set') }`), 'BROKER is not set'],
      [await check('[demo(), demo()]'), 'Two transports have the scheme demo'],
      [await check('[demo()]', `defineRoutes(({ listen }) => listen('rabbitmq://queue/x'))`), 'rabbitmq'],
      [await check('[demo()]', '{}'), 'src/routes.ts exports no routes'],
      [await check('[demo()]', `(() => { throw new Error('no routes today') })()`), 'src/routes.ts cannot be loaded: no routes today'],
    ]
    for (const [{ code, out }, says] of wrong) {
      expect(code).toBe(1)
      expect(lines(out).at(-1)).toMatch(/^✗ config /)
      expect(out).toContain(says)
    }
  })

  it('looks at the store alone with --url, and at both with --config beside it', async () => {
    expect((await check('[demo()]', routes, ['--url', desk.database.url])).out).not.toContain('demo')
    expect((await check('[demo()]', routes, ['--url', desk.database.url, '-c', 'jasper.config.ts'])).out).toContain('✓ demo')
  })
})
