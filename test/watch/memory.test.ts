import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import { SessionMemory } from '../../compiler/session-memory.ts'
import { changingFileSystem, strictTsconfig } from '../compiler/source-project.ts'

const project: Project = { ...projectDefaults, folder: '/shop', configFile: undefined }

/** Forms of each file, among them none (`undefined`) and ones that are wrong. */
const forms: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'tsconfig.json': [strictTsconfig, strictTsconfig.replace('"strict":true', '"strict":false')],
  'src/money.ts': [
    'export interface Money { amount: number }\n',
    'export interface Money { amount: number; currency?: string }\n',
    'export interface Money { amount: bigint | null }\n',
    'export interface Money { amount: () => void }\n',
    undefined,
  ],
  'src/price.ts': ["export type { Money as Price } from './money.ts'\n", 'export interface Price { cents: number }\n', undefined],
  'src/messages.ts': [
    "import type { Price } from './price.ts'\nexport interface Ship { id: string; price: Price }\nexport interface Shipped { id: string }\n",
    "import type { Price } from './price.ts'\nexport interface Ship { id: string; prices: Price[]; tag: Tag }\nexport interface Shipped { id: string; at?: Date }\n",
    'export interface Ship { id: string }\n/** @version 2 */\nexport interface Shipped { id: string }\n/** @message */\nexport interface Lost { id: string }\n',
    'export interface Ship {',
  ],
  'src/tags.d.ts': ["type Tag = 'a' | 'b'\n", 'interface Tag { name: string }\n', 'export {}\ndeclare global { type Tag = number }\n', undefined],
  'src/ship.handler.ts': [
    "import type { Ship, Shipped } from './messages.ts'\nexport function handle(command: Ship): Shipped { return { id: command.id } }\n",
    "import type { Ship } from './messages.ts'\nexport function handle(command: Ship): void { void command }\n",
    "import type { Shipped } from './messages.ts'\nexport function handleShipped(event: Shipped): void { void event }\n",
    'export const nothing = 1\n',
    undefined,
  ],
  'src/notify.handler.ts': [
    "import type { Shipped } from './messages.ts'\nexport async function handle(event: Shipped): Promise<void> { void event }\n",
    "export * from './ship.handler.ts'\n",
    "import type { Price } from './price.ts'\nexport class PriceHandler { handle(price: Price): void { void price } }\n",
    undefined,
  ],
}

const edits = Object.entries(forms).flatMap(([path, texts]) => texts.map((text) => ({ path: `/shop/${path}`, text })))

describe('the memory of a session', () => {
  it('leaves no trace: what it compiles after any edits is what a new one compiles', { timeout: 300_000 }, () => {
    const seed = Number(process.env['JASPER_TEST_SEED'] ?? Date.now() % 1_000_000)
    console.log(`memory of a session: JASPER_TEST_SEED=${seed}`)
    const history = fc.array(fc.array(fc.constantFrom(...edits), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(history, (batches) => {
        const files: Record<string, string> = {}
        const apply = ({ path, text }: (typeof edits)[number]): void => {
          if (text === undefined) Reflect.deleteProperty(files, path)
          else files[path] = text
        }
        for (const [path, [text]] of Object.entries(forms)) apply({ path: `/shop/${path}`, text })
        const disk = changingFileSystem(files)
        let memory = new SessionMemory(disk)
        compile(project, { memory })
        for (const batch of batches) {
          for (const edit of batch) apply(edit)
          if (memory.program.refresh(batch.map(({ path }) => path)).lost) memory = new SessionMemory(disk)
          const { modules, diagnostics } = compile(project, { memory })
          const clean = compile(project, { memory: new SessionMemory(disk) })
          expect({ modules, diagnostics }).toEqual({ modules: clean.modules, diagnostics: clean.diagnostics })
        }
      }),
      { seed, numRuns: 12 },
    )
  })
})
