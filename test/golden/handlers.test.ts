import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import { discoverHandlers } from '../../compiler/discover/discover-handlers.ts'
import type { ProgramOptions } from '../../compiler/discover/open-program.ts'
import { diskFileSystem, type FileSystem } from '../../compiler/discover/file-system.ts'
import { casesOf, folderOf, projectOf } from './diagnosed-case.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

function discovered(options: ProgramOptions): string {
  const bag = new DiagnosticBag()
  const found = discoverHandlers(options, bag)
  expect(bag.list().filter(({ severity }) => severity === 'error')).toEqual([])
  return `${JSON.stringify(found.discovered, undefined, 2)}\n`
}

describe.each(casesOf('handlers'))('what is discovered in %s', (name) => {
  const folder = folderOf('handlers', name)
  const want = readFileSync(`${folder}/want/discovered.json`, 'utf8')

  it('is what was recorded', () => {
    expect(discovered(projectOf(folder))).toBe(want)
  })

  it('is the same in another folder', () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'jasper-elsewhere-')))
    try {
      cpSync(folder, join(elsewhere, 'a/b'), { recursive: true })
      symlinkSync(modules, join(elsewhere, 'node_modules'), 'dir')
      expect(discovered(projectOf(join(elsewhere, 'a/b')))).toBe(want)
    } finally {
      rmSync(elsewhere, { recursive: true, force: true })
    }
  })
})

it('is the same whatever the order in which folders list their files', () => {
  const rooms = ['names-and-versions', 'unions-recursion-generics', 'types-of-libraries', 'ways-to-write-a-handler']
  fc.assert(
    fc.property(fc.constantFrom(...rooms), fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (name, keys) => {
      const folder = folderOf('handlers', name)
      const options = { ...projectOf(folder), fileSystem: shuffled(keys) }
      expect(discovered(options)).toBe(readFileSync(`${folder}/want/discovered.json`, 'utf8'))
    }),
    { numRuns: 12 },
  )
})

/** A disk that lists directories in another order each time it is asked. */
function shuffled(keys: readonly number[]): FileSystem {
  let asked = 0
  const shuffle = <Item>(items: readonly Item[]): readonly Item[] => {
    const ranked = items.map((item) => ({ item, rank: keys[asked++ % keys.length] ?? 0 }))
    return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item)
  }
  return {
    ...diskFileSystem,
    listDirectory(path) {
      const { files, directories } = diskFileSystem.listDirectory(path)
      return { files: shuffle(files), directories: shuffle(directories) }
    },
  }
}
