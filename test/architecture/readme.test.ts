import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repository } from '../tooling/package-doors.ts'
import { sourceFiles, textOf } from './source-files.ts'

const readme = textOf('README.md')
const desk = 'fixtures/apps/order-desk/src'

describe('the README', () => {
  it.each([`${desk}/orders/place-order.handler.ts`, `${desk}/generated/jasper/place-order.chain.ts`])('shows %s as it is', (path) => {
    expect(readme).toContain(`\n${textOf(path)}\`\`\``)
  })

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const named = [...readme.matchAll(/npm (?:run )?([a-z]+(?::[a-z]+)*)/g)].map((match) => match[1]!)
    const own = named.filter((name) => !['ci', 'init', 'install', 'pkg'].includes(name))
    expect(own.length).toBeGreaterThan(4)
    expect(own.filter((name) => !(name in scripts))).toEqual([])
  })

  it('names only commands of jasper-gen that exist', () => {
    const named = new Set([...readme.matchAll(/`(?:npx )?jasper-gen ([a-z]+)/g)].map((match) => match[1]!))
    expect(named.size).toBeGreaterThan(2)
    expect([...named].filter((name) => !existsSync(join(repository, `compiler/cli/${name}-command.ts`)))).toEqual([])
  })

  it('names tests that exist beside every promise', () => {
    const table = readme.slice(readme.indexOf('| promise | attacked by |'), readme.indexOf('## The tools'))
    const rows = table.split('\n').filter((line) => line.startsWith('| **'))
    expect(rows).toHaveLength(12)
    for (const row of rows) {
      const named = [...row.slice(row.lastIndexOf(' | ')).matchAll(/`([a-z-]+)\/([a-z-]+)`/g)]
      expect(named.length, row).toBeGreaterThan(0)
      for (const [, folder, name] of named) {
        const places = [`test/${folder}/${name}.test.ts`, `test/${folder}/${name}.chaos.test.ts`, `test/${folder}/${name}.ts`, `test/${folder}/message-store/${name}.ts`]
        expect(places.some((place) => existsSync(join(repository, place))), `${folder}/${name}`).toBe(true)
      }
    }
  })
})

describe('the index of the docs', () => {
  it('names every page', () => {
    const named = new Set([...textOf('docs/README.md').matchAll(/\]\(([\w.-]+)\)/g)].map((match) => match[1]!))
    const pages = readdirSync(join(repository, 'docs')).filter((name) => name !== 'README.md')
    expect(pages.filter((name) => !named.has(name))).toEqual([])
  })
})

describe('links', () => {
  const rooms = ['compiler', 'runtime', 'templates', 'fixtures', 'test']
  const docs = readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`)
  const pages = ['README.md', ...docs, ...rooms.flatMap((room) => sourceFiles(room)).filter((file) => file.endsWith('.md'))]

  it.each(pages)('of %s lead to files that exist', (page) => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!)
    expect(links.filter((link) => !existsSync(join(repository, dirname(page), link)))).toEqual([])
  })
})
