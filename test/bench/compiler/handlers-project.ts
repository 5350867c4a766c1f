import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

const tsconfig = {
  compilerOptions: {
    target: 'es2023', lib: ['es2023'], module: 'nodenext', types: ['node'], strict: true, exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true, verbatimModuleSyntax: true, allowImportingTsExtensions: true, skipLibCheck: true, noEmit: true,
  },
  include: ['src'],
  // Each contender looks at the handlers alone: generated code would be work for the floor that ours leaves out by design.
  exclude: ['src/generated'],
}

/** A project of handlers on the disk, as large as it is asked to be. */
export interface HandlersProject {
  readonly folder: string
  /** Gives the message of a handler another member, a new one each time: its shape changes, and one chain's output. */
  edit(handler: number): void
  remove(): void
}

/**
 * Writes a project of `count` handlers in files of their own. Each takes a message of fourteen members (dates, unions, records,
 * branded ids, generics over a shared type) and a pg client; a third has its messages in a file of their own, and what they
 * return is now one message, now a union, a tuple or a list.
 */
export function writeHandlersProject(count: number): HandlersProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jasper-bench-compiler-')))
  const place = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  place('package.json', '{"type":"module"}')
  place('tsconfig.json', JSON.stringify(tsconfig))
  place('src/shared.ts', shared)
  for (let at = 0; at < count; at += 1) for (const [path, text] of filesOf(at, '')) place(path, text)
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'dir')
  let edits = 0
  return {
    folder,
    edit: (handler) => {
      edits += 1
      const [[path, text] = ['', '']] = filesOf(handler, `  edit${edits}?: string\n`)
      place(path, text)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The files of one handler; the first has its message. */
function filesOf(at: number, extraMember: string): readonly (readonly [string, string])[] {
  const folder = `src/area-${at % 20}`
  const messages = messagesOf(at, extraMember)
  const handler = handlerOf(at)
  if (at % 3 !== 0) return [[`${folder}/work-${at}.handler.ts`, `${imports}${sharedImport}\n${messages}\n${handler}`]]
  const names = ['Work', 'Done', 'Refused'].map((name) => `${name}${at}`).join(', ')
  return [
    [`${folder}/work-${at}.messages.ts`, `${sharedImport}\n${messages}`],
    [`${folder}/work-${at}.handler.ts`, `${imports}import type { ${names} } from './work-${at}.messages.ts'\n\n${handler}`],
  ]
}

const imports = "import type { PoolClient } from 'pg'\n"
const sharedImport = "import type { Address, Event, Id, Page } from '../shared.ts'\n"

const shared = `declare const kind: unique symbol
export type Id<Name extends string> = string & { readonly [kind]?: Name }
export interface Event { at: Date; by: string }
export interface Address { street: string; city: string; country: 'at' | 'de' | 'ch'; lines?: string[] }
export interface Page<Item> { items: Item[]; next: string | null }
`

const messagesOf = (at: number, extraMember: string): string => `export interface Line${at} { sku: string; count: number; price: { amount: bigint; currency: 'EUR' | 'USD' } }
export interface Work${at} {
  id: Id<'work${at}'>
  customer: string
  placedAt: Date
  paidAt: Date | null
  note?: string
  lines: Line${at}[]
  tags: ReadonlyArray<string>
  level: 'low' | 'normal' | 'high'
  payment: { type: 'card'; last4: string } | { type: 'invoice'; due: Date }
  target: { kind: 'home'; address: Address } | { kind: 'shop'; shop: number }
  labels: { [name: string]: string }
  counts: Record<'open' | 'closed', number>
  origin: Partial<Pick<Address, 'city' | 'country'>>
  nested: { depth: number; inner: { name: string; flags: boolean[] } }
${extraMember}}
export interface Done${at} extends Event { done: 'work${at}'; page: Page<Line${at}> }
export interface Refused${at} { refused: 'work${at}'; reason: string }
`

const returned: readonly ((at: number) => readonly [type: string, value: string])[] = [
  (at) => [`Done${at} | Refused${at}`, 'refused ? no : yes'],
  (at) => [`[Done${at}, Refused${at}]`, '[yes, no]'],
  (at) => [`Done${at}`, 'yes'],
  (at) => [`Done${at} | Refused${at} | undefined`, 'refused ? no : refused === false ? yes : undefined'],
  (at) => [`(Done${at} | Refused${at})[]`, '[yes, no]'],
]

function handlerOf(at: number): string {
  const [type, value] = returned[at % returned.length]!(at)
  return `export async function handleWork${at}(work: Work${at}, client: PoolClient): Promise<${type}> {
  const { rows } = await client.query<{ total: number }>('select count(*)::int as total from work where id = $1', [work.id])
  const total = rows[0]?.total ?? 0
  const refused = total > 0 && work.lines.some(({ count }) => count <= 0)
  const page = { items: work.lines.filter(({ count }) => count > 0), next: null }
  const yes: Done${at} = { done: 'work${at}', at: work.placedAt, by: work.customer, page }
  const no: Refused${at} = { refused: 'work${at}', reason: \`\${total} of \${work.level}\` }
  await client.query('insert into work (id) values ($1)', [work.id])
  return ${value}
}
`
}
