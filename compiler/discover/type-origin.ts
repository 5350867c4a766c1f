import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { isInside, nearestPackage, parentOf, relativePath } from './source-paths.ts'
import type { TypeOrigin } from './type-ref.ts'

export interface SymbolOrigin {
  readonly origin: TypeOrigin
  /** With its namespaces: `Knex.Transaction`. */
  readonly name: string
  /** The declaration that decides: the library's before a package's, a package's before an augmentation of it. */
  readonly declaration: ts.Declaration
}

const origins = new WeakMap<ts.TypeChecker, Map<ts.Symbol, SymbolOrigin | undefined>>()
const packages = new WeakMap<ts.TypeChecker, Map<ts.SourceFile, string | undefined>>()

/** The answers for a checker, which are asked for many times over. */
function remembered<Key, Answer>(
  memory: WeakMap<ts.TypeChecker, Map<Key, Answer>>,
  { checker }: OpenedProgram,
  key: Key,
  answer: () => Answer,
): Answer {
  const known = memory.get(checker) ?? new Map<Key, Answer>()
  memory.set(checker, known)
  if (!known.has(key)) known.set(key, answer())
  return known.get(key) as Answer
}

/** Where a type's symbol comes from. `undefined` for symbols without a declaration. */
export function originOfSymbol(project: OpenedProgram, symbol: ts.Symbol): SymbolOrigin | undefined {
  return remembered(origins, project, symbol, () => findOrigin(project, symbol))
}

function findOrigin(project: OpenedProgram, symbol: ts.Symbol): SymbolOrigin | undefined {
  const candidates = (symbol.declarations ?? []).map((declaration) => ({
    declaration,
    ...placeOf(declaration),
    rank: rankOf(project, declaration),
  }))
  candidates.sort((a, b) => a.rank - b.rank || comparePlaces(a.declaration, b.declaration))
  const [first] = candidates
  if (first === undefined) return undefined
  const { declaration, names, ambientModule, global } = first
  const own = declarationName(declaration) ?? symbol.name
  return { declaration, name: [...names, own].join('.'), origin: originOf(project, declaration, ambientModule, global) }
}

/** The file is the user's: inside the project's own package and not installed. */
export function isOwnFile(project: OpenedProgram, file: ts.SourceFile): boolean {
  return packageOfFile(project, file) === undefined && !project.program.isSourceFileDefaultLibrary(file)
}

/** The name of the package that a file belongs to; `undefined` for the project's own files. */
function packageOfFile(project: OpenedProgram, file: ts.SourceFile): string | undefined {
  return remembered(packages, project, file, () => findPackage(project, file))
}

function findPackage(project: OpenedProgram, file: ts.SourceFile): string | undefined {
  const path = file.fileName
  if (isInside(project.root, path) && !path.includes('/node_modules/')) return undefined
  const home = nearestPackage(project.host, parentOf(path))
  if (home === undefined) return undefined
  const own = nearestPackage(project.host, project.root)
  if (!path.includes('/node_modules/') && home.folder === own?.folder) return undefined
  return withoutTypesScope(home.name)
}

/** `@types/pg` is `pg`, `@types/scope__name` is `@scope/name`. */
function withoutTypesScope(name: string): string {
  if (!name.startsWith('@types/')) return name
  const bare = name.slice('@types/'.length)
  return bare.includes('__') ? `@${bare.replace('__', '/')}` : bare
}

function originOf(project: OpenedProgram, declaration: ts.Declaration, ambientModule: string | undefined, global: boolean): TypeOrigin {
  const file = declaration.getSourceFile()
  if (project.program.isSourceFileDefaultLibrary(file)) return { kind: 'builtin' }
  if (ambientModule !== undefined && !ambientModule.startsWith('.')) return { kind: 'package', name: packageOfSpecifier(ambientModule) }
  const name = packageOfFile(project, file)
  if (name === undefined) return { kind: 'file', file: relativePath(project.root, file.fileName) }
  if (name === 'node' && (global || !ts.isExternalModule(file))) return { kind: 'builtin' }
  return { kind: 'package', name }
}

/** `pg/lib/client` is `pg`, `@scope/name/sub` is `@scope/name`. */
export function packageOfSpecifier(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

function rankOf(project: OpenedProgram, declaration: ts.Declaration): number {
  const file = declaration.getSourceFile()
  if (project.program.isSourceFileDefaultLibrary(file)) return 0
  const augments = ts.isExternalModule(file) && placeOf(declaration).ambientModule !== undefined
  return (augments ? 2 : 0) + (packageOfFile(project, file) === undefined ? 2 : 1)
}

function placeOf(declaration: ts.Declaration): { names: string[]; ambientModule: string | undefined; global: boolean } {
  const names: string[] = []
  let ambientModule: string | undefined
  let global = false
  for (let node: ts.Node = declaration.parent; node !== undefined && !ts.isSourceFile(node); node = node.parent) {
    if (!ts.isModuleDeclaration(node)) continue
    if (node.flags & ts.NodeFlags.GlobalAugmentation) {
      global = true
      break
    }
    if (ts.isStringLiteral(node.name)) ambientModule = node.name.text
    else names.unshift(node.name.text)
  }
  return { names, ambientModule, global }
}

function declarationName(declaration: ts.Declaration): string | undefined {
  const name = ts.getNameOfDeclaration(declaration)
  return name !== undefined && ts.isIdentifier(name) ? name.text : undefined
}

function comparePlaces(a: ts.Declaration, b: ts.Declaration): number {
  const [first, second] = [a.getSourceFile().fileName, b.getSourceFile().fileName]
  return first < second ? -1 : first > second ? 1 : a.pos - b.pos
}
