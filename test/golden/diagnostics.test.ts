import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalog } from '../../compiler/diagnostics/catalog.ts'
import { casesOf, diagnose, folderOf, printed } from './diagnosed-case.ts'

/** Those of the command line have a test of their own, which runs it. */
const cases = casesOf('diagnostics').filter((name) => !name.startsWith('JG0'))

describe.each(cases)('%s', (name) => {
  it('says what was recorded, and its own code among it', () => {
    const folder = folderOf('diagnostics', name)
    const diagnostics = diagnose(folder)
    expect(printed(folder, diagnostics)).toBe(readFileSync(`${folder}/want/diagnostics.txt`, 'utf8'))
    expect(diagnostics.map(({ code }) => code)).toContain(name.slice(0, 6))
  })
})

it('shows every code of the catalogue', () => {
  const shown = new Set(casesOf('diagnostics').map((name) => name.slice(0, 6)))
  expect(Object.keys(catalog).filter((code) => !shown.has(code))).toEqual([])
})
