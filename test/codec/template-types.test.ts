import fc from 'fast-check'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import type { Template, TemplateHole } from '../../compiler/discover/shape.ts'
import { templateText } from '../../compiler/codec/same-text.ts'
import { fitsTemplates } from '../../runtime/envelope/fits-templates.ts'

const holes = fc.constantFrom<TemplateHole>('string', 'number', 'bigint', 'Uppercase', 'Lowercase', 'Capitalize', 'Uncapitalize')
const piece = fc.constantFrom('', '', 'a', '-', '--', 'ab', '1')
const word = fc
  .array(fc.constantFrom('a', 'b', 'A', 'B', '-', '1', '0', '.', 'e', 'ab', '12', '1e3', '-5', '0x1f', 'É', 'ß'), { maxLength: 4 })
  .map((parts) => parts.join(''))

/** Templates, each with a text that was made for it, or for none. */
const pairs: fc.Arbitrary<readonly [Template, string]> = fc
  .array(holes, { minLength: 1, maxLength: 3 })
  .chain((kinds) =>
    fc.record({
      holes: fc.constant(kinds),
      texts: fc.array(piece, { minLength: kinds.length + 1, maxLength: kinds.length + 1 }),
      filling: fc.array(word, { minLength: kinds.length, maxLength: kinds.length }),
      stray: fc.option(word, { freq: 3 }),
    }),
  )
  // TypeScript takes `${string}${string}` for string before we see it.
  .filter(({ holes: kinds, texts }) => texts.some((text) => text !== '') || kinds.some((kind) => kind !== 'string'))
  .map(({ holes: kinds, texts, filling, stray }) => {
    const made = texts.map((text, index) => text + (filling[index] ?? '')).join('')
    return [{ texts, holes: kinds }, stray ?? made] as const
  })

/** Which texts TypeScript itself takes for which templates: one program for all pairs. */
function judgedByTypeScript(asked: readonly (readonly [Template, string])[]): readonly boolean[] {
  const lines = asked.map(([template, text], index) => `const v${index}: ${templateText(template)} = ${JSON.stringify(text)}`)
  const file = ts.createSourceFile('probe.ts', lines.join('\n'), ts.ScriptTarget.ES2023)
  const library = ts.createSourceFile(
    'lib.d.ts',
    'interface Array<T> { [n: number]: T } interface Boolean {} interface CallableFunction {} interface NewableFunction {} interface Function {} interface IArguments {} interface Number {} interface Object {} interface RegExp {} interface String {} ' +
      'type Uppercase<S extends string> = intrinsic; type Lowercase<S extends string> = intrinsic; type Capitalize<S extends string> = intrinsic; type Uncapitalize<S extends string> = intrinsic;',
    ts.ScriptTarget.ES2023,
  )
  const program = ts.createProgram(['probe.ts'], { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2023 }, {
    getSourceFile: (name) => (name === 'probe.ts' ? file : name.endsWith('lib.d.ts') ? library : undefined),
    getDefaultLibFileName: () => 'lib.d.ts',
    writeFile: () => {},
    getCurrentDirectory: () => '',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: () => true,
    readFile: () => '',
  })
  expect(program.getGlobalDiagnostics()).toEqual([])
  const wrong = new Set(program.getSemanticDiagnostics(file).map(({ start }) => file.getLineAndCharacterOfPosition(start ?? 0).line))
  return asked.map((_, index) => !wrong.has(index))
}

describe('text of a template type', () => {
  test('is what TypeScript takes for it, whatever the template and the text', { timeout: 60_000 }, () => {
    const seed = Number(process.env['JASPER_SEED'] ?? Date.now() % 2 ** 31)
    const asked = fc.sample(pairs, { numRuns: 3_000, seed })
    const judged = judgedByTypeScript(asked)
    const differing = asked
      .filter(([template, text], index) => judged[index] !== fitsTemplates(text, [template]))
      .map(([template, text]) => `${templateText(template)} = ${JSON.stringify(text)}`)
    expect(differing.slice(0, 20), `seed ${seed}`).toEqual([])
    expect(judged.filter(Boolean).length, `seed ${seed}`).toBeGreaterThan(200)
  })

  test('is read in one walk: a hostile text costs no more than another', () => {
    const template: Template = { texts: ['', '-', '-', '-', '-', '!'], holes: ['string', 'string', 'string', 'string', 'string'] }
    const before = process.cpuUsage()
    expect(fitsTemplates('-'.repeat(1_000_000), [template])).toBe(false)
    expect(process.cpuUsage(before).user).toBeLessThan(500_000)
  })

  test('holds no number that is not finite, and none with spaces around it', () => {
    const number: Template = { texts: ['', ''], holes: ['number'] }
    for (const text of ['Infinity', 'NaN', '', ' 1', '1 ', '1e999', '1_000']) expect(fitsTemplates(text, [number]), text).toBe(false)
    for (const text of ['1', '-1.5e-3', '0x1f', '.5', '5.']) expect(fitsTemplates(text, [number]), text).toBe(true)
    expect(fitsTemplates(1, [number])).toBe(false)
  })
})
