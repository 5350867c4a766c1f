import { afterEach, describe, expect, it } from 'vitest'
import { compile } from '../../compiler/compile.ts'
import { copyApp, goldenCases, wanted, type AppCopy, type GoldenCase } from './golden-case.ts'
import { placeOutput } from './place-output.ts'
import { programOutput, runProgram } from './run-program.ts'
import { typeCheck } from './type-check.ts'

const cases: readonly GoldenCase[] = [...goldenCases('modules'), ...goldenCases('enlistment')]

const copies: AppCopy[] = []
afterEach(() => copies.splice(0).forEach((copy) => copy.remove()))

function copyOf(golden: GoldenCase, depth?: number): AppCopy {
  const copy = copyApp(golden, depth)
  copies.push(copy)
  return copy
}

/** What a first compilation of each case gave. */
const firsts = new Map<GoldenCase, Map<string, string>>()

function compiledOnce(golden: GoldenCase): Map<string, string> {
  const known = firsts.get(golden) ?? compiled(copyOf(golden))
  firsts.set(golden, known)
  return known
}

function compiled(copy: AppCopy): Map<string, string> {
  const { modules, diagnostics } = compile(copy.project)
  expect(diagnostics).toEqual([])
  return new Map(modules.map(({ path, text }) => [path, text]))
}

describe.each(cases)('the generated code of $name', (golden) => {
  it('is what was recorded, file for file and byte for byte', () => {
    const modules = compiledOnce(golden)
    const want = wanted(golden)
    expect([...modules.keys()].sort()).toEqual([...want.keys()].filter((path) => path !== programOutput).sort())
    for (const [path, text] of modules) expect(text, path).toBe(want.get(path))
  })

  it('is the same elsewhere, with its own output in place, whatever the order of the globs', () => {
    const modules = compiledOnce(golden)
    const second = copyOf(golden, 3)
    placeOutput(second.output, modules)
    const again = compiled({ ...second, project: { ...second.project, handlers: second.project.handlers.toReversed() } })
    expect(again).toEqual(modules)
  })

  it('compiles under the strictest flags, together with the app', () => {
    const copy = copyOf(golden)
    placeOutput(copy.output, wanted(golden))
    expect(typeCheck(copy.project.folder)).toEqual([])
  })

  if (!wanted(golden).has(programOutput)) return
  it('runs in Node as it stands, and prints what was recorded', async () => {
    const copy = copyOf(golden)
    placeOutput(copy.output, wanted(golden))
    expect(await runProgram(copy.project.folder)).toBe(wanted(golden).get(programOutput))
  })
})

it('there are cases', () => {
  expect(cases.length).toBeGreaterThan(12)
})
