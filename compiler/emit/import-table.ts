import type { ImportStyle } from '../discover/discovered.ts'
import type { TypeImport } from '../discover/type-ref.ts'
import type { ImportSymbol } from '../../templates/import-symbol.ts'
import { chooseNames, type NameRequest, type TakenNames } from './name-scope.ts'

/** Where a name comes from: a package, a file of the user's, or another generated module. */
export type ImportOrigin =
  | TypeImport['from']
  /** Relative to the output folder: `shapes/money.codec.ts`. */
  | { readonly generated: string }

export interface ImportRequest {
  readonly from: ImportOrigin
  /** As it is exported; of `Billing.Charge`, which stands in a namespace, `Billing` is imported. */
  readonly name: string
  /** The name is used in type positions only. A name asked for both ways is imported as a value. */
  readonly typeOnly: boolean
  /** What to add first where the module has other uses for the name: `provider` for `clockProvider`. */
  readonly role?: string
}

export interface ImportPlace {
  /** The importing module, relative to the output folder: `place-order.chain.ts`. */
  readonly module: string
  /** The output folder, relative to the project's folder: `src/generated/jasper`. */
  readonly outputFolder: string
  readonly style: ImportStyle
  /** Identifiers that the module declares itself; an import of the same name gets another. */
  readonly taken?: TakenNames
}

export interface ImportTable {
  /** For `spellImports`. */
  readonly symbols: readonly ImportSymbol[]
  /** All local names, so that further names of the module can avoid them. */
  readonly locals: ReadonlySet<string>
  /** What the module calls an imported name, its namespace before it. Throws when it was not requested. */
  nameOf(from: ImportOrigin, name: string): string
}

/** Chooses specifiers and local names for everything that a module imports. Duplicates are welcome. */
export function importTable(requests: readonly ImportRequest[], place: ImportPlace): ImportTable {
  const byKey = new Map<string, ImportRequest>()
  for (const { from, name: written, typeOnly, role } of requests) {
    const [name] = split(written)
    const key = keyOf(from, name)
    const known = byKey.get(key)
    const named = known?.role ?? role
    byKey.set(key, { from, name, typeOnly: typeOnly && known?.typeOnly !== false, ...(named !== undefined && { role: named }) })
  }
  const names = chooseNames([...byKey].map(([key, request]) => nameRequest(key, request)), place.taken)
  const symbols = [...byKey]
    .map(([key, { from, name, typeOnly }]): ImportSymbol => {
      return { from: specifier(from, place), name, local: names.get(key) ?? name, typeOnly }
    })
    .sort((a, b) => compare(a.from, b.from) || compare(a.name, b.name))
  return {
    symbols,
    locals: new Set(names.values()),
    nameOf(from, name) {
      const [outer, ...inner] = split(name)
      const local = names.get(keyOf(from, outer))
      if (local === undefined) throw new Error(`${place.module} uses ${name} without importing it`)
      return [local, ...inner].join('.')
    },
  }
}

/** The specifier under which a generated module imports from `from`. */
export function specifier(from: ImportOrigin, place: Pick<ImportPlace, 'module' | 'outputFolder' | 'style'>): string {
  if ('package' in from) return from.package
  const target = 'file' in from ? from.file : `${place.outputFolder}/${from.generated}`
  return withExtension(relative(`${place.outputFolder}/${place.module}`, target), place.style)
}

/** A name and, before it, the namespaces that it stands in. */
function split(name: string): readonly [string, ...string[]] {
  const [outer = name, ...inner] = name.split('.')
  return [outer, ...inner]
}

function nameRequest(key: string, { from, name, role }: ImportRequest): NameRequest {
  const path = 'package' in from ? from.package : 'file' in from ? from.file : from.generated
  const segments = path.split('/')
  const stem = (segments.pop() ?? '').replace(/\..*$/, '')
  const places = [stem, ...segments.reverse()].filter((part) => /^[\w@-]+$/.test(part))
  return { key, hint: name, qualifiers: role === undefined ? places : [role, ...places] }
}

function keyOf(from: ImportOrigin, name: string): string {
  const origin = 'package' in from ? `package ${from.package}` : 'file' in from ? `file ${from.file}` : `generated ${from.generated}`
  return `${origin}#${name}`
}

function relative(fromFile: string, toFile: string): string {
  const from = segmentsOf(fromFile).slice(0, -1)
  const to = segmentsOf(toFile)
  let shared = 0
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared += 1
  const up = from.length - shared
  return (up === 0 ? './' : '../'.repeat(up)) + to.slice(shared).join('/')
}

function segmentsOf(path: string): readonly string[] {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop()
    else segments.push(segment)
  }
  return segments
}

function withExtension(path: string, { extension }: ImportStyle): string {
  if (extension === 'ts') return path
  const declared = path.replace(/\.d\.([cm]?)ts$/, '.$1ts')
  if (extension === 'none') return declared.replace(/\.tsx?$/, '').replace(/\.([cm])ts$/, '.$1js')
  return declared.replace(/\.tsx?$/, '.js').replace(/\.([cm])ts$/, '.$1js')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
