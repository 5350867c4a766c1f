import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyApp, goldenCases, wanted } from '../golden/golden-case.ts'
import { placeOutput } from '../golden/place-output.ts'
import { typeCheck } from '../golden/type-check.ts'

/** What tsc says of `lines` in a file of a golden app, beside its generated code. */
export function check(name: string, ...lines: readonly string[]): readonly string[] {
  const golden = goldenCases('modules').find((one) => one.name === name)
  if (golden === undefined) throw new Error(`there is no golden case ${name}`)
  const copy = copyApp(golden)
  try {
    placeOutput(copy.output, wanted(golden))
    writeFileSync(join(copy.project.folder, 'src/uses.ts'), `${lines.join('\n')}\nexport {}\n`)
    return typeCheck(copy.project.folder)
  } finally {
    copy.remove()
  }
}

/** The code and the beginning of each message: `TS2345 Argument of type …`. */
export function codes(found: readonly string[]): readonly string[] {
  return found.map((line) => /^src\/uses\.ts:\d+ (TS\d+)/.exec(line)?.[1] ?? line)
}
