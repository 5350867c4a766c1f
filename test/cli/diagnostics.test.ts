import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalog } from '../../compiler/diagnostics/catalog.ts'
import { jasperGen } from './run-bin.ts'
import { copiedProject, repository } from './temporary-project.ts'

const fixtures = readdirSync(join(repository, 'fixtures/diagnostics')).filter((name) => name.startsWith('JG0'))

/** What a person sees, without the line that counts and times. */
function withoutSummary(text: string): string {
  return text.replace(/^[✓✗] .*\n/m, '').trimEnd() + '\n'
}

/** Too large to be read by anybody, root included, and yet without a byte on the disk. */
function makeUnreadable(path: string): void {
  truncateSync(path, 2 ** 32)
}

describe('problems of the config and the command line', () => {
  it.each(fixtures)('%s', async (name) => {
    const fixture = join('fixtures/diagnostics', name)
    const command = join(repository, fixture, 'command.txt')
    const args = existsSync(command) ? readFileSync(command, 'utf8').trim().split(' ') : ['build']
    const unreadable = join(repository, fixture, 'unreadable.txt')
    const project = copiedProject(join(fixture, 'app'))
    try {
      if (existsSync(unreadable)) makeUnreadable(join(project.folder, readFileSync(unreadable, 'utf8').trim()))
      const before = readdirSync(project.folder, { recursive: true }).filter((path) => !path.includes('node_modules')).sort()
      const ended = await jasperGen(project.folder, args)
      const printed = withoutSummary(ended.out + ended.error)
      expect(printed).toContain(name.slice(0, 6))
      await expect(printed).toMatchFileSnapshot(join(repository, fixture, 'want/diagnostics.txt'))
      const isError = catalog[name.slice(0, 6) as keyof typeof catalog].severity === 'error'
      expect(ended.code).toBe(isError ? 3 : 0)
      const after = readdirSync(project.folder, { recursive: true }).filter((path) => !path.includes('node_modules')).sort()
      if (isError) expect(after).toEqual(before)
    } finally {
      project.remove('.')
    }
  })

  it('all have a fixture', () => {
    const codes = Object.keys(catalog).filter((code) => code.startsWith('JG0'))
    expect(fixtures.map((name) => name.slice(0, 6))).toEqual(codes)
  })
})
