import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from '../../compiler/compile.ts'
import { copyApp, goldenCases, type GoldenCase } from './golden-case.ts'
import { placeOutput } from './place-output.ts'
import { programOutput, runProgram } from './run-program.ts'
import { typeCheck } from './type-check.ts'

/**
 * Rewrites `want/` of the cases named on the command line, or of all.
 *
 * Nothing is recorded that does not compile under the strictest flags, or whose program fails.
 */
async function record(golden: GoldenCase): Promise<readonly string[]> {
  const copy = copyApp(golden)
  try {
    const { modules, diagnostics } = compile(copy.project)
    if (diagnostics.length > 0) return diagnostics.map(({ code, message, span }) => `${span?.file}:${span?.line} ${code} ${message}`)
    const files = new Map(modules.map(({ path, text }) => [path, text]))
    placeOutput(copy.output, files)
    const errors = typeCheck(copy.project.folder)
    if (errors.length > 0) {
      // Left where a person can look at it; `want/` stays as it was.
      const rejected = join(golden.folder, '.cache')
      rmSync(rejected, { recursive: true, force: true })
      mkdirSync(rejected, { recursive: true })
      placeOutput(rejected, files)
      return errors
    }
    const printed = await runProgram(copy.project.folder)
    if (printed !== undefined) files.set(programOutput, printed)
    rmSync(join(golden.folder, '.cache'), { recursive: true, force: true })
    rmSync(join(golden.folder, 'want'), { recursive: true, force: true })
    placeOutput(join(golden.folder, 'want'), files)
    return []
  } finally {
    copy.remove()
  }
}

const asked = process.argv.slice(2)
const all = [...goldenCases('modules'), ...goldenCases('enlistment')]
const chosen = all.filter(({ name }) => asked.length === 0 || asked.includes(name))
for (const golden of chosen) {
  const problems = await record(golden)
  console.log(problems.length === 0 ? `recorded ${golden.name}` : `REFUSED  ${golden.name}\n  ${problems.join('\n  ')}`)
  if (problems.length > 0) process.exitCode = 1
}
if (chosen.length === 0) {
  console.error(`no such case; there are ${all.map(({ name }) => name).join(', ')}`)
  process.exitCode = 1
}
