import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalog } from '../../compiler/diagnostics/catalog.ts'
import { casesOf, folderOf } from './diagnosed-case.ts'
import { docPages } from './doc-pages.ts'

describe('the docs that are made from the code', () => {
  it('are what `npm run docs:record` writes', { timeout: 120_000 }, async () => {
    for (const [path, text] of await docPages()) {
      const page = new URL(`../../${path}`, import.meta.url)
      expect(existsSync(page) ? readFileSync(page, 'utf8') : '', path).toBe(text)
    }
  })
})

describe('golden messages', () => {
  /** Problems that are in no line of a file: the command line, what is missing, the whole of a project. */
  const ofNoPlace = ['JG1018', 'JG2026', 'JG5001']

  it('have a real line and column, but for what is in no file', () => {
    const placeless = casesOf('diagnostics').filter((name) => {
      const code = name.slice(0, 6)
      const text = readFileSync(`${folderOf('diagnostics', name)}/want/diagnostics.txt`, 'utf8')
      return !new RegExp(`^(error|warning) ${code}: .*\\n  --> [^\\n]+:[1-9]\\d*:[1-9]\\d*$`, 'm').test(text)
    })
    expect(placeless.map((name) => name.slice(0, 6)).filter((code) => !code.startsWith('JG0'))).toEqual(ofNoPlace)
  })

  it('are one fixture a code', () => {
    expect(casesOf('diagnostics').map((name) => name.slice(0, 6))).toEqual(Object.keys(catalog).sort())
  })
})
