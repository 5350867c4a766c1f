import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jasperGen } from './run-bin.ts'
import { repository, shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'

let project: TemporaryProject

/** Handlers that must never run at build time: each ends the world when it is imported. */
const explosive = Object.fromEntries(
  Object.entries(shop).map(([path, text]) => [
    path,
    path.endsWith('.ts') ? `${text}\nthrow new Error('user source was imported at build time')\n` : text,
  ]),
)

beforeAll(() => {
  project = temporaryProject({
    ...explosive,
    // Whatever tries to reach another machine ends the process with a code of its own.
    'no-network.mjs': [
      "import { createRequire } from 'node:module'",
      'const require = createRequire(import.meta.url)',
      "require('node:net').Socket.prototype.connect = () => process.exit(99)",
      "require('node:dns').lookup = () => process.exit(99)",
      "require('node:dgram').createSocket = () => process.exit(99)",
      'globalThis.fetch = () => process.exit(99)',
    ].join('\n'),
  })
})
afterAll(() => project.remove('.'))

/** Node's permission model: these folders to read, these to write, no processes, no workers, no addons. */
function sealed(...writable: readonly string[]): readonly string[] {
  const ours = ['compiler', 'runtime', 'node_modules'].map((name) => join(repository, name))
  const readable = [project.folder, ...ours, ...ours.map((folder) => realpathSync(folder))]
  return [
    '--permission',
    ...readable.map((folder) => `--allow-fs-read=${folder}/*`),
    ...writable.map((folder) => `--allow-fs-write=${join(project.folder, folder)}/*`),
    `--import=${join(project.folder, 'no-network.mjs')}`,
  ]
}

describe('in a sealed process without an environment', () => {
  it('build needs nothing but the project, its packages, the output folder and the cache', async () => {
    const node = sealed('src/generated', 'node_modules/.cache')
    const ended = await jasperGen(project.folder, ['build'], { env: {}, node })
    expect(ended.error).toBe('')
    expect(ended.out).toMatch(/^✓ 3 messages, 2 chains, \d+ files written/)
    expect(ended.code).toBe(0)
    expect(project.read('src/generated/jasper/index.ts')).toContain('createApp')
  })

  it('check needs no right to write at all', async () => {
    expect(await jasperGen(project.folder, ['check'], { env: {}, node: sealed() })).toEqual({ code: 0, out: '', error: '' })
    project.remove('node_modules/.cache')
    expect(await jasperGen(project.folder, ['check'], { env: {}, node: sealed() })).toEqual({ code: 0, out: '', error: '' })
  })

  it('the seal holds: a build that may not write its output says so', async () => {
    project.remove('src/generated/jasper')
    const ended = await jasperGen(project.folder, ['build'], { env: {}, node: sealed('node_modules/.cache') })
    expect(ended.out).toContain('JG0017')
    expect(ended.code).toBe(3)
  })
})
