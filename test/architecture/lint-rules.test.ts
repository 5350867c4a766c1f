import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const eslint = new ESLint({ cwd: root, overrideConfigFile: 'test/tooling/eslint.config.js' })

/** Lints `text` as if it stood in `filePath`, which must exist: type-checked rules need its program. */
async function rulesBroken(filePath: string, text: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(`${text}\n`, { filePath })
  if (result === undefined) throw new Error(`${filePath} is ignored by the linter; the plant proves nothing`)
  return result.messages.map((message) => message.ruleId ?? `parse: ${message.message}`)
}

const runtime = 'runtime/dispatch/ambiguous-return.ts'
const runtimeConfig = 'runtime/config/define-config.ts'
const clock = 'runtime/timing/system-clock.ts'
const compiler = 'compiler/discover/type-ref.ts'
const test = 'test/architecture/lint-rules.test.ts'

const violations: readonly { what: string; in: string; text: string; rule: string }[] = [
  { what: 'Date.now()', in: runtime, text: 'export const now = (): number => Date.now()', rule: 'no-restricted-syntax' },
  { what: 'Date.now, handed on', in: runtime, text: 'export const now = Date.now', rule: 'no-restricted-syntax' },
  { what: 'performance.now()', in: runtime, text: 'export const now = (): number => performance.now()', rule: 'no-restricted-syntax' },
  { what: 'new Date()', in: runtime, text: 'export const now = (): Date => new Date()', rule: 'no-restricted-syntax' },
  { what: 'Date()', in: runtime, text: 'export const now = (): string => Date()', rule: 'no-restricted-syntax' },
  { what: 'setTimeout', in: runtime, text: 'export const wait = (f: () => void): void => void setTimeout(f, 1)', rule: 'no-restricted-syntax' },
  { what: 'setInterval', in: runtime, text: 'export const wait = (f: () => void): void => void setInterval(f, 1)', rule: 'no-restricted-syntax' },
  { what: 'globalThis.setTimeout', in: runtime, text: 'export const wait = (f: () => void): void => void globalThis.setTimeout(f, 1)', rule: 'no-restricted-syntax' },
  { what: 'timers/promises', in: runtime, text: "import { setTimeout as wait } from 'node:timers/promises'\nexport { wait }", rule: 'no-restricted-imports' },
  { what: 'AbortSignal.timeout', in: runtime, text: 'export const signal = (): AbortSignal => AbortSignal.timeout(5)', rule: 'no-restricted-syntax' },
  { what: 'process.hrtime', in: runtime, text: 'export const now = (): bigint => process.hrtime.bigint()', rule: 'no-restricted-syntax' },
  { what: 'a raw Error', in: runtime, text: "export const fail = (): never => {\n  throw new Error('no')\n}", rule: 'no-restricted-syntax' },
  { what: 'a raw TypeError', in: runtimeConfig, text: "export const fail = (): never => {\n  throw new TypeError('no')\n}", rule: 'no-restricted-syntax' },
  { what: 'a rejection with a raw Error', in: runtime, text: "export const fail = (): Promise<never> => Promise.reject(new Error('no'))", rule: 'no-restricted-syntax' },
  { what: 'a thrown string', in: runtime, text: "export const fail = (): never => {\n  throw 'no'\n}", rule: '@typescript-eslint/only-throw-error' },
  { what: 'a raw Error beside the clock', in: clock, text: "export const fail = (): never => {\n  throw new Error('no')\n}", rule: 'no-restricted-syntax' },
  { what: 'a default export', in: compiler, text: 'export default 1', rule: 'no-restricted-syntax' },
  { what: 'a default export by another road', in: compiler, text: 'const one = 1\nexport { one as default }', rule: 'no-restricted-syntax' },
  { what: 'a default export in the runtime', in: runtime, text: 'export default 1', rule: 'no-restricted-syntax' },
  { what: 'any', in: compiler, text: 'export const one: any = 1', rule: '@typescript-eslint/no-explicit-any' },
  { what: 'any in a test', in: test, text: 'export const one: any = 1', rule: '@typescript-eslint/no-explicit-any' },
  { what: 'a floating promise', in: runtime, text: 'declare function send(): Promise<void>\nexport const f = (): void => {\n  send()\n}', rule: '@typescript-eslint/no-floating-promises' },
  { what: 'a floating promise in a test', in: test, text: 'declare function send(): Promise<void>\nexport const f = (): void => {\n  send()\n}', rule: '@typescript-eslint/no-floating-promises' },
  { what: 'console in the runtime', in: runtime, text: "export const f = (): void => console.log('x')", rule: 'no-console' },
  { what: 'console in the compiler', in: compiler, text: "export const f = (): void => console.log('x')", rule: 'no-console' },
  { what: 'a type imported as a value', in: compiler, text: "import { Integration } from '../integrations/integration.ts'\nexport type A = Integration", rule: '@typescript-eslint/consistent-type-imports' },
  { what: 'a disable directive that disables nothing', in: compiler, text: '// eslint-disable-next-line eqeqeq\nexport const one = 1', rule: 'parse: Unused eslint-disable directive (no problems were reported from \'eqeqeq\').' },
  { what: 'a skipped test', in: test, text: "import { it } from 'vitest'\nit.skip('later', () => {})", rule: 'no-restricted-syntax' },
  { what: 'a lonely test', in: test, text: "import { it } from 'vitest'\nit.only('now', () => {})", rule: 'no-restricted-syntax' },
  { what: 'a sleep in a test', in: test, text: 'export const f = async (): Promise<void> => {\n  await new Promise((resolve) => setTimeout(resolve, 5))\n}', rule: 'no-restricted-syntax' },
  { what: 'a sleep in a test, imported', in: test, text: "import { setTimeout as sleep } from 'node:timers/promises'\nexport { sleep }", rule: 'no-restricted-imports' },
  { what: 'a missed case', in: compiler, text: "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      return\n  }\n}", rule: '@typescript-eslint/switch-exhaustiveness-check' },
]

/** The first text in each program waits until all its types are known. */
const patient = { timeout: 120_000 }

describe('the linter catches', patient, () => {
  it.each(violations)('$what in $in', async ({ in: filePath, text, rule }) => {
    expect(await rulesBroken(filePath, text)).toContain(rule)
  })
})

const allowed: readonly { what: string; in: string; text: string }[] = [
  { what: 'the one clock reads the time', in: clock, text: 'export const now = (): number => performance.now() + Date.now() + new Date().getTime()' },
  { what: 'the one clock sets timers', in: clock, text: 'export const wait = (f: () => void): void => void setTimeout(f, 1)' },
  { what: 'a date is made of an instant', in: runtime, text: 'export const at = (ms: number): Date => new Date(ms)' },
  { what: 'a config file exports by default', in: 'test/tooling/vitest.config.ts', text: 'export default 1' },
  { what: 'a test throws a plain error', in: test, text: "export const fail = (): never => {\n  throw new Error('no')\n}" },
]

describe('the linter lets pass that', patient, () => {
  it.each(allowed)('$what', async ({ in: filePath, text }) => {
    expect(await rulesBroken(filePath, text)).toEqual([])
  })
})
