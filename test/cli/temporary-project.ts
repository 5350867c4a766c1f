import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../../', import.meta.url))

/** A user's project in a folder of its own, with the packages that handlers import. */
export interface TemporaryProject {
  readonly folder: string
  write(path: string, text: string): void
  read(path: string): string
  remove(path: string): void
}

/** Makes a project from files by path. Whoever makes it removes it: `remove('.')`. */
export function temporaryProject(files: Readonly<Record<string, string>> = {}): TemporaryProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jasper-cli-')))
  const project: TemporaryProject = {
    folder,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    remove: (path) => rmSync(join(folder, path), { recursive: true }),
  }
  linkPackages(folder)
  for (const [path, text] of Object.entries(files)) project.write(path, text)
  return project
}

/** A copy of the files below a folder of the repository, as {@link temporaryProject}. */
export function copiedProject(source: string): TemporaryProject {
  const project = temporaryProject()
  cpSync(join(repository, source), project.folder, { recursive: true })
  return project
}

function linkPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  symlinkSync(join(repository, 'runtime'), join(folder, 'node_modules/jasper-runtime'))
  for (const name of ['pg', 'pg-types', 'pg-protocol', '@types/pg', '@types/node', 'undici-types']) {
    symlinkSync(join(repository, 'node_modules', name), join(folder, 'node_modules', name))
  }
}

/** The files of a small shop: two messages that are handled, two that are only sent. */
export const shop = {
  'package.json': '{ "name": "shop", "private": true, "type": "module" }\n',
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "es2023", "lib": ["es2023"], "module": "nodenext", "types": ["node"], "strict": true,
    "noEmit": true, "allowImportingTsExtensions": true, "verbatimModuleSyntax": true
  },
  "include": ["src"]
}
`,
  'src/orders/messages.ts': `export interface PlaceOrder {
  orderId: string
  lines: string[]
  placedAt: Date
}

export interface OrderPlaced {
  orderId: string
  total: number
}

export interface CancelOrder {
  orderId: string
}
`,
  'src/orders/place-order.handler.ts': `import type { PoolClient } from 'pg'
import type { OrderPlaced, PlaceOrder } from './messages.ts'

export async function handle(command: PlaceOrder, tx: PoolClient): Promise<OrderPlaced> {
  await tx.query('insert into orders (id) values ($1)', [command.orderId])
  return { orderId: command.orderId, total: command.lines.length }
}
`,
  'src/orders/cancel-order.handler.ts': `import type { CancelOrder } from './messages.ts'

export function handle(command: CancelOrder): void {
  void command.orderId
}
`,
} as const
