import type { Random } from '../generated/random.ts'

/** How many files of each kind a project has. */
const handlers = 8
const messages = 8

const pg = `export interface QueryResult { rows: unknown[] }
export class ClientBase { query(text: string): Promise<QueryResult> }
export interface PoolClient extends ClientBase { release(): void }
`

/** The project before any edit: every file as it is spelled first. */
export function firstFiles(random: Random): Record<string, string> {
  const files: Record<string, string> = {
    'node_modules/pg/package.json': '{"name":"pg","version":"8.0.0","types":"index.d.ts"}',
    'node_modules/pg/index.d.ts': pg,
  }
  for (const path of editable) files[path] = spell(path, random) ?? ''
  return files
}

/** The files that are edited. */
const editable: readonly string[] = [
  ...Array.from({ length: handlers }, (_, at) => `src/h${at}.handler.ts`),
  ...Array.from({ length: messages }, (_, at) => `src/m${at}.ts`),
  'src/shared.ts', 'src/all.ts', 'src/global.d.ts',
]

/** An edit somebody might make: a file with other text, broken, or gone (`undefined`). */
export function randomEdit(random: Random): { readonly path: string; readonly text: string | undefined } {
  const path = random.pick(editable)
  const fate = random.below(20)
  // Most edits mend what an earlier one broke.
  if (fate === 0 && path.includes('/h')) return { path, text: undefined }
  if (fate === 1 && random.below(2) === 0) return { path, text: `${spell(path, random) ?? ''}\nexport interface {` }
  return { path, text: spell(path, random) }
}

function spell(path: string, random: Random): string | undefined {
  const number = Number(/\d+/.exec(path)?.[0])
  if (path.endsWith('.handler.ts')) return spellHandler(number, random)
  if (path === 'src/shared.ts') return spellShared(random)
  if (path === 'src/all.ts') return Array.from({ length: messages }, (_, at) => (random.below(200) === 0 ? '' : `export * from './m${at}.ts'\n`)).join('')
  if (path === 'src/global.d.ts') return random.pick(globals)
  return spellMessages(number, random)
}

const globals = ["type Tag = 'a' | 'b'\n", 'interface Tag { name: string }\n', 'export {}\ndeclare global { type Tag = number }\n']

function spellShared(random: Random): string {
  const money = `export interface Money { amount: ${random.pick(['number', 'bigint', 'string | null'])} }\n`
  return `${money}export interface Page<Item> { items: Item[]; next?: ${random.pick(['string', 'number'])} }\n`
}

function spellMessages(at: number, random: Random): string {
  const other = random.below(messages)
  const types = [
    'string', 'Date', 'bigint', 'Money', 'Page<Money>', 'Tag', "'x' | 'y'", `Line${at}[]`, `Sent${other}`, 'Record<string, Money>', 'unknown',
    'Missing', '() => void',
  ]
  const plain = types.length - 2
  const type = (): string => types[random.below(200) === 0 ? plain + random.below(2) : random.below(plain)] ?? ''
  const member = (name: string): string => `${name}${random.pick(['', '?'])}: ${type()}`
  const importOther = other === at ? '' : `import type { Sent${other} } from './m${other}.ts'\n`
  const kind = random.pick(['', '', '', '/** @version 2 */\n', `/** @message work.${at} */\n`])
  return `import type { Money, Page } from './shared.ts'
${importOther}export interface Line${at} { count: number; ${member('more')} }
${kind}export interface Work${at} { id: string; ${member('a')}; ${member('b')} }
export interface Sent${at}${random.pick(['', ` extends Work${at}`])} { sent: ${at}; ${member('c')} }
`
}

function spellHandler(at: number, random: Random): string {
  // Two handlers with a reply are an error, and a project with an error has no output to compare.
  const taken = random.below(30) === 0 ? random.below(messages) : at
  const [sent, also] = [random.below(messages), random.below(messages)]
  const from = (message: number): string => random.pick([`./m${message}.ts`, './all.ts'])
  const names = new Set([`Work${taken}`, `Sent${sent}`, `Sent${also}`])
  const imports = [...names].map((name) => `import type { ${name} } from '${from(Number(name.slice(4)))}'\n`).join('')
  const returns = random.pick([`: Promise<Sent${sent}>`, `: Promise<Sent${sent} | Sent${also}>`, `: Promise<[Sent${sent}, Sent${also}]>`, ''])
  const use = random.pick(["await client.query('x')", "client.query('x')", 'void client'])
  const name = random.below(60) === 0 ? `handel${at}` : `handle${at}`
  const client = random.pick([true, false])
  const importClient = client && random.below(60) > 0 ? "import type { PoolClient } from 'pg'\n" : ''
  return `${importClient}${imports}
export async function ${name}(work: Work${taken}${client ? ', client: PoolClient' : ''})${returns} {
  ${client ? use : 'void work'}
  return null as unknown as ${random.pick([`Sent${sent}`, `Sent${also} | undefined`])}
}
`
}
