import { afterAll, beforeEach, expect, it } from 'vitest'
import { run } from '../../compiler/cli/run.ts'
import { showsProgress } from '../../compiler/cli/terminal.ts'
import { shop, temporaryProject } from './temporary-project.ts'

const project = temporaryProject(shop)
afterAll(() => project.remove('.'))

let lines: string[] = []
let out = ''
beforeEach(() => {
  lines = []
  out = ''
})

const jasperGen = (...args: readonly string[]) =>
  run(args, {
    cwd: project.folder,
    env: {},
    color: false,
    out: (text) => {
      // What is shown for good must not end up behind, or under, what is written over.
      if (lines.length > 0) expect(lines.at(-1)).toBe('')
      out += text
    },
    error: (text) => (out += text),
    progress: (line) => lines.push(line),
  })

it('a cold run says what it is at, on a line that is gone before anything else is said', async () => {
  expect(await jasperGen('build')).toBe(0)
  expect(lines).toEqual(['reading the program …', 'putting chains together …', 'spelling the code …', ''])
  expect(out).toMatch(/^✓ /)
})

it('a warm run, which loads no compiler, has nothing to say', async () => {
  expect(await jasperGen('check')).toBe(0)
  expect(lines).toEqual([''])
})

it.each([['preview', 'PlaceOrder'], ['describe'], ['explain', 'PlaceOrder']])('%s says it too', async (...args) => {
  expect(await jasperGen(...args)).toBe(0)
  expect(lines.slice(0, 1)).toEqual(['reading the program …'])
})

it('documents for programs have no such line', async () => {
  project.write('src/orders/later.ts', 'export {}')
  await jasperGen('check', '--json')
  await jasperGen('describe', '--json')
  expect(lines).toEqual([])
})

it('there is none where nobody looks: a file, CI, a terminal that cannot write over', () => {
  expect(showsProgress({}, true)).toBe(true)
  expect(showsProgress({}, false)).toBe(false)
  expect(showsProgress({ CI: 'true' }, true)).toBe(false)
  expect(showsProgress({ TERM: 'dumb' }, true)).toBe(false)
})
