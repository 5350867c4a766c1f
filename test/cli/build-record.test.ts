import fc from 'fast-check'
import { cpSync, existsSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProject } from '../../compiler/build-project.ts'
import { askRecord } from '../../compiler/cache/ask-record.ts'
import { parseRecord, printRecord } from '../../compiler/cache/build-record.ts'
import { readRecord } from '../../compiler/cache/record-store.ts'
import { checkProject } from '../../compiler/check-project.ts'
import { hasErrors } from '../../compiler/compilation.ts'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import { compareOutput, isCurrent } from '../../compiler/emit/compare-output.ts'
import { temporaryProject, type TemporaryProject } from './temporary-project.ts'

const output = 'src/generated/jasper'

/** Small, so that a full run is quick; with a package, a re-export, a path alias and a class. */
const files = {
  'package.json': '{ "name": "app", "private": true, "type": "module" }\n',
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "es2023", "lib": ["es2023"], "module": "nodenext", "types": [], "strict": true, "noEmit": true,
    "allowImportingTsExtensions": true, "paths": { "#money": ["./vendor/money.ts", "./src/money.ts"] }
  },
  "include": ["src"]
}
`,
  'src/money.ts': 'export interface Money { amount: number; currency: string }\n',
  'src/messages.ts': `import type { Money } from '#money'
import type { Weight } from 'scales'
export interface Ship { id: string; price: Money; weight: Weight }
export interface Shipped { id: string }
`,
  'src/ship.handler.ts': `import type { Ship, Shipped } from './messages.ts'
export function handle(command: Ship): Shipped { return { id: command.id } }
`,
  'src/notify.handler.ts': `import type { Shipped } from './messages.ts'
import type { Bell } from './bell.ts'
export function handle(event: Shipped, bell: Bell): void { bell.ring(event.id) }
`,
  'src/bell.ts': 'export interface Bell { ring(id: string): void }\n',
  'src/bell.providers.ts': `import type { Bell } from './bell.ts'
export function bell(): Bell { return { ring: (id) => void id } }
`,
  'vendor/keep.md': 'A folder that nothing lists.\n',
  'node_modules/scales/package.json': '{ "name": "scales", "version": "1.0.0", "types": "index.d.ts" }\n',
  'node_modules/scales/index.d.ts': 'export interface Weight { grams: number }\n',
  'node_modules/scales/next.d.ts': 'export interface Weight { ounces: number }\n',
} as const

type File = keyof typeof files

let at: TemporaryProject

beforeAll(() => {
  at = temporaryProject()
})
afterAll(() => at.remove('.'))

const projectWith = (settings: Partial<Project> = {}): Project => ({
  ...projectDefaults,
  folder: at.folder,
  configFile: undefined,
  ...settings,
})

/** What a person or a tool may do to a project between two commands. */
type Edit = { readonly name: string; readonly apply: () => void }

const replace = (path: File, from: string, to: string): Edit => ({
  name: `${path}: ${from} becomes ${to}`,
  apply: () => {
    if (existsSync(join(at.folder, path))) at.write(path, at.read(path).replace(from, to))
  },
})
const write = (path: string, text: string): Edit => ({
  name: `write ${path}`,
  apply: () => {
    rmSync(join(at.folder, path), { recursive: true, force: true })
    at.write(path, text)
  },
})
const remove = (path: string): Edit => ({ name: `remove ${path}`, apply: () => rmSync(join(at.folder, path), { recursive: true, force: true }) })
const rename = (from: string, to: string): Edit => ({
  name: `rename ${from} to ${to}`,
  apply: () => {
    if (existsSync(join(at.folder, from)) && !existsSync(join(at.folder, to))) renameSync(join(at.folder, from), join(at.folder, to))
  },
})
const link = (path: string, to: string): Edit => ({
  name: `link ${path} to ${to}`,
  apply: () => {
    if (!existsSync(join(at.folder, to))) return
    rmSync(join(at.folder, path), { recursive: true, force: true })
    symlinkSync(join(at.folder, to), join(at.folder, path))
  },
})
const nothing: Edit = { name: 'nothing', apply: () => {} }
const restore: Edit = { name: 'restore everything', apply: () => resetSources() }

const edits: readonly Edit[] = [
  restore,
  replace('src/messages.ts', 'id: string', 'id: string; note?: string'),
  replace('src/messages.ts', 'id: string', 'id:  string'),
  replace('src/messages.ts', 'interface Shipped', 'interface Sent'),
  replace('src/money.ts', 'amount: number', 'amount: bigint'),
  replace('src/ship.handler.ts', 'handle', 'handleShip'),
  replace('src/ship.handler.ts', '(command: Ship)', '(command: Ship, now: Date)'),
  replace('src/ship.handler.ts', 'return { id: command.id }', 'return { id: command.id + command.id }'),
  replace('src/notify.handler.ts', "'./messages.ts'", "'./letters.ts'"),
  write('src/letters.ts', "export type { Shipped } from './messages.ts'\n"),
  write('src/late.handler.ts', 'export interface Late { by: number }\nexport function handle(event: Late): void { void event.by }\n'),
  write('src/deep/er/more.handler.ts', 'export interface More { of: string }\nexport function handle(event: More): void { void event.of }\n'),
  write('src/not-a-handler.ts', 'export const unrelated = 1\n'),
  write('src/global.d.ts', 'interface Date { readonly jasperTest: 1 }\n'),
  replace('src/bell.providers.ts', 'bell(): Bell', 'bell(now: Date): Bell'),
  replace('src/bell.providers.ts', 'bell(): Bell', 'ring(): Bell'),
  remove('src/bell.providers.ts'),
  rename('src/bell.providers.ts', 'src/ring.providers.ts'),
  remove('src/notify.handler.ts'),
  remove('src/money.ts'),
  remove('src/deep'),
  rename('src/notify.handler.ts', 'src/tell.handler.ts'),
  rename('src/ship.handler.ts', 'src/ship.ts'),
  rename('src/messages.ts', 'src/letters.ts'),
  link('src/linked.handler.ts', 'src/notify.handler.ts'),
  link('src/money.ts', 'src/messages.ts'),
  replace('tsconfig.json', '"strict": true', '"strict": false'),
  replace('tsconfig.json', './src/money.ts', './src/cash.ts'),
  write('src/cash.ts', 'export interface Money { cents: number }\n'),
  // Only the question that found nothing there before can tell.
  write('vendor/money.ts', 'export interface Money { inKind: string }\n'),
  remove('vendor'),
  replace('tsconfig.json', '["src"]', '["src", ".next/types/*.ts"]'),
  write('.next/types/global.d.ts', 'interface Date { readonly jasperTest: 2 }\n'),
  remove('.next'),
  remove('tsconfig.json'),
  replace('package.json', '"type": "module"', '"type": "commonjs"'),
  replace('node_modules/scales/index.d.ts', 'grams: number', 'grams: string'),
  replace('node_modules/scales/package.json', 'index.d.ts', 'next.d.ts'),
  write('src/node_modules/scales/index.d.ts', 'export interface Weight { stones: number }\n'),
  remove('src/node_modules'),
  remove('node_modules/scales'),
  {
    name: 'link the package to a folder of the project with the same files',
    apply: () => {
      const [path, to] = [join(at.folder, 'node_modules/scales'), join(at.folder, 'vendor/scales')]
      if (!existsSync(path) || existsSync(to)) return
      cpSync(path, to, { recursive: true })
      rmSync(path, { recursive: true })
      symlinkSync(to, path)
    },
  },
  write(`${output}/ship.chain.ts`, '// Code generated by jasper-gen from nowhere. DO NOT EDIT.\n'),
  write(`${output}/index.ts`, 'export const mine = 1\n'),
  write(`${output}/left-over.chain.ts`, '// Code generated by jasper-gen from nowhere. DO NOT EDIT.\n'),
  write(`${output}/notes.md`, 'mine\n'),
  write('src/generated/other.handler.ts', 'export interface Other { id: string }\nexport function handle(event: Other): void { void event.id }\n'),
  remove(`${output}/ship.codec.ts`),
  remove(`${output}/manifest.json`),
  remove('src/generated'),
]

function resetSources(): void {
  for (const path of ['src', '.next', 'vendor', 'node_modules/scales', 'tsconfig.json', 'package.json']) rmSync(join(at.folder, path), { recursive: true, force: true })
  for (const [path, text] of Object.entries(files)) at.write(path, text)
}

/** What a run that remembers nothing says. */
function fullVerdict(project: Project): 'current' | 'not current' {
  const { modules, diagnostics } = compile(project)
  return !hasErrors(diagnostics) && isCurrent(compareOutput(join(project.folder, project.output), modules)) ? 'current' : 'not current'
}

/** Mostly the same: under other settings a record never answers, and nothing is tested. */
const settings = fc.constantFrom<Partial<Project>>({}, {}, {}, {}, {}, {}, {}, {}, {}, { register: false }, { handlers: ['src/*.handler.ts'] }, { providers: ['src/ring.*.ts'] }, { routes: 'src/routes.ts' }, { conventions: false }, { exclude: ['#handle'] }, { handlerNames: ['on'] })

describe('the build record', () => {
  it('never says current where a full run would not', { timeout: 240_000 }, async () => {
    let remembered = 0
    const after = fc.constantFrom('nothing', 'build', 'build', 'check')
    const step = fc.record({ edit: fc.oneof(fc.constant(nothing), { weight: 3, arbitrary: fc.constantFrom(...edits) }), settings, after })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 8 }), async (steps) => {
        resetSources()
        await buildProject(projectWith())
        for (const { edit, settings: changed, after } of steps) {
          edit.apply()
          const project = projectWith(changed)
          const answer = askRecord(project).kind
          if (answer === 'current') {
            remembered += 1
            expect(fullVerdict(project), `the record said current after: ${edit.name}`).toBe('current')
          }
          if (after === 'build') await buildProject(project)
          if (after === 'check') expect((await checkProject(project)).kind === 'current').toBe(fullVerdict(project) === 'current')
        }
      }),
      { numRuns: Number(process.env['JASPER_RECORD_RUNS'] ?? 15) },
    )
    expect(remembered, 'how often the record answered at all').toBeGreaterThan(0)
  })

  it('notices every edit that matters, each alone', { timeout: 120_000 }, async () => {
    const unnoticed: string[] = []
    for (const edit of edits) {
      resetSources()
      await buildProject(projectWith())
      expect(askRecord(projectWith()).kind).toBe('current')
      edit.apply()
      if (askRecord(projectWith()).kind !== 'current') continue
      unnoticed.push(edit.name)
      expect(fullVerdict(projectWith()), `the record said current after: ${edit.name}`).toBe('current')
    }
    // Not to notice is allowed where nothing changes; if that were everywhere, this would test nothing.
    expect(unnoticed.length).toBeLessThan(edits.length / 4)
  })

  it('answers at once after a first build, which creates folders, and after a check', async () => {
    resetSources()
    rmSync(join(at.folder, 'node_modules/.cache'), { recursive: true, force: true })
    expect((await buildProject(projectWith())).kind).toBe('built')
    expect(askRecord(projectWith()).kind).toBe('current')
    rmSync(join(at.folder, 'node_modules/.cache'), { recursive: true, force: true })
    expect(askRecord(projectWith()).kind).toBe('unknown')
    expect((await checkProject(projectWith())).kind).toBe('current')
    expect(askRecord(projectWith()).kind).toBe('current')
  })

  it('is not disturbed by what appears beside the sources and is none', async () => {
    resetSources()
    await buildProject(projectWith())
    for (const path of ['.jasper/port', 'server.log', 'src/.messages.ts.swp', 'src/notes.md', 'src/generated/.keep']) at.write(path, '1')
    expect(askRecord(projectWith()).kind).toBe('current')
    for (const path of ['.jasper', 'server.log']) rmSync(join(at.folder, path), { recursive: true })
  })

  it('notices folders with a dot in front where the tsconfig names them', async () => {
    resetSources()
    at.write('tsconfig.json', files['tsconfig.json'].replace('["src"]', '["src", ".next/types/*.ts"]'))
    await buildProject(projectWith())
    expect(askRecord(projectWith()).kind).toBe('current')
    at.write('.next/types/global.d.ts', 'interface Date { readonly jasperTest: 2 }\n')
    expect(askRecord(projectWith()).kind).toBe('sources-changed')
    await checkProject(projectWith())
    expect(askRecord(projectWith()).kind).toBe('current')
    at.write('.next/types/global.d.ts', 'interface Date { readonly jasperTest: 3 }\n')
    expect(askRecord(projectWith()).kind).toBe('sources-changed')
  })

  it('notices what a build created beside, later', async () => {
    resetSources()
    await buildProject(projectWith())
    at.write('src/generated/other.handler.ts', 'export interface Other { id: string }\nexport function handle(event: Other): void { void event.id }\n')
    expect(askRecord(projectWith()).kind).toBe('sources-changed')
  })

  it('survives a move of the project', async () => {
    resetSources()
    await buildProject(projectWith())
    const moved = `${at.folder}-moved`
    renameSync(at.folder, moved)
    try {
      expect(askRecord(projectWith({ folder: moved })).kind).toBe('current')
    } finally {
      renameSync(moved, at.folder)
    }
  })

  it('of another form, or broken anywhere, is no record and no error', async () => {
    resetSources()
    await buildProject(projectWith())
    const record = readRecord(projectWith())
    if (record === undefined) throw new Error('There is no record.')
    const text = printRecord(record)
    expect(parseRecord(text)).toMatchObject({ tool: record.tool })
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(40), fc.string({ maxLength: 8 }), (start, length, put) => {
        parseRecord(text.slice(0, start) + put + text.slice(start + length))
      }),
    )
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseRecord(json)).toBeUndefined()
      }),
    )
    for (const member of Object.keys(record)) {
      expect(parseRecord(JSON.stringify({ form: 1, ...record, [member]: [null] })), member).toBeUndefined()
      expect(parseRecord(JSON.stringify({ form: 1, ...record, [member]: undefined })), member).toBeUndefined()
    }
    expect(parseRecord(JSON.stringify({ ...record, form: 2 }))).toBeUndefined()
  })
})
