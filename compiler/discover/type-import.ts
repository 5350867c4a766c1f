import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { isInside, relativePath } from './source-paths.ts'
import { isOwnFile, originOfSymbol, packageOfSpecifier, type SymbolOrigin } from './type-origin.ts'
import type { TypeImport } from './type-ref.ts'

/**
 * How generated code may import a type: from the file of the user's that declares it, else as a file
 * of the user's imports it from a package. `undefined` if nothing exports it.
 */
export function importOfSymbol(project: OpenedProgram, symbol: ts.Symbol, usedIn: ts.SourceFile | undefined): TypeImport | undefined {
  const origin = originOfSymbol(project, symbol)
  if (origin === undefined || origin.origin.kind === 'builtin') return undefined
  const file = origin.declaration.getSourceFile()
  if (origin.origin.kind === 'file' && !isInside(project.output, file.fileName)) {
    const name = exportedName(project, file, symbol, origin.name)
    if (name !== undefined) return { from: { file: relativePath(project.root, file.fileName) }, name }
  }
  const asUsed = usedIn && importIn(project, usedIn, symbol)
  return asUsed ?? fromHandlerPackage(project, symbol, origin) ?? importedAnywhere(project, symbol, origin)
}

/** What a package of handlers exports beside them. */
function fromHandlerPackage(project: OpenedProgram, symbol: ts.Symbol, { name }: SymbolOrigin): TypeImport | undefined {
  for (const { specifier, file } of project.packages) {
    const exported = file && exportedName(project, file, symbol, name)
    if (exported !== undefined) return { from: { package: specifier }, name: exported }
  }
  return undefined
}

/** The name under which a module exports a symbol, with the namespace it is in; never `default`. */
function exportedName(
  project: OpenedProgram,
  file: ts.SourceFile,
  symbol: ts.Symbol,
  qualifiedName: string,
): string | undefined {
  const outer = outermost(symbol, qualifiedName)
  const names = exportsOf(project, file)
    .filter((exported) => exported.name !== 'default' && resolved(project, exported) === outer)
    .map((exported) => exported.name)
    .sort()
  const own = qualifiedName.split('.')[0] ?? ''
  const name = names.includes(own) ? own : names[0]
  return name === undefined ? undefined : [name, ...qualifiedName.split('.').slice(1)].join('.')
}

/** The symbol itself, with `import` and `export … from` followed to the end. */
export function resolved(project: OpenedProgram, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? project.checker.getAliasedSymbol(symbol) : symbol
}

/** How a file's own import statements reach a symbol. */
function importIn(project: OpenedProgram, file: ts.SourceFile, symbol: ts.Symbol): TypeImport | undefined {
  const origin = originOfSymbol(project, symbol)
  const qualifiedName = origin?.name ?? symbol.name
  const outer = outermost(symbol, qualifiedName)
  const inner = qualifiedName.split('.').slice(1)
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const from = importedFrom(project, statement.moduleSpecifier)
    const clause = statement.importClause
    if (from === undefined || clause?.namedBindings === undefined) continue
    if (ts.isNamespaceImport(clause.namedBindings)) {
      const module = project.checker.getSymbolAtLocation(statement.moduleSpecifier)
      const exported = module && project.checker.getExportsOfModule(module).find((one) => resolved(project, one) === outer)
      if (exported) return { from, name: [exported.name, ...inner].join('.') }
      continue
    }
    for (const specifier of clause.namedBindings.elements) {
      const local = project.checker.getSymbolAtLocation(specifier.name)
      if (local === undefined || resolved(project, local) !== outer) continue
      const name = (specifier.propertyName ?? specifier.name).text
      if (name !== 'default') return { from, name: [name, ...inner].join('.') }
    }
  }
  return undefined
}

/** Answers of {@link importedAnywhere} for each checker: they depend on the program alone, and each asks all of its files. */
const known = new WeakMap<ts.TypeChecker, Map<ts.Symbol, { readonly found: TypeImport | undefined }>>()

/** An answer that depended on what every file of the project imports. */
export interface WideAnswer {
  /** Of the type that was to be imported. Its symbol may belong to one program; the declaration stays with its file. */
  readonly declaration: ts.Declaration
  readonly answer: string
}

const wideAnswers = new WeakMap<ts.TypeChecker, WideAnswer[]>()

/** All such answers that the checker's program gave so far, in the order of the questions. */
export function answersOfAllFiles({ checker }: OpenedProgram): readonly WideAnswer[] {
  const answers = wideAnswers.get(checker) ?? []
  wideAnswers.set(checker, answers)
  return answers
}

/** How a file imports a type, where that is known; `undefined`: it does not. */
export type ImportsByFile = Map<ts.SourceFile, TypeImport | undefined>

/** What the answer is now. Files that are not in `known` are asked, and put there. */
export function askAllFiles(project: OpenedProgram, declaration: ts.Declaration, known: ImportsByFile): string {
  const name = ts.getNameOfDeclaration(declaration)
  const symbol = name && project.checker.getSymbolAtLocation(name)
  const origin = symbol && originOfSymbol(project, symbol)
  if (symbol === undefined || origin === undefined) return JSON.stringify('unknown')
  const importOf = (file: ts.SourceFile): TypeImport | undefined => {
    if (!known.has(file)) known.set(file, importIn(project, file, symbol))
    return known.get(file)
  }
  return JSON.stringify(findAnywhere(project, symbol, origin.origin, importOf) ?? 'nowhere')
}

/** A type that was inferred, or stands behind an alias, is imported as some other file of the user's does it. */
function importedAnywhere(project: OpenedProgram, symbol: ts.Symbol, { origin, declaration }: SymbolOrigin): TypeImport | undefined {
  const found = findAnywhere(project, symbol, origin)
  if (origin.kind === 'package') {
    const answers = wideAnswers.get(project.checker) ?? []
    answers.push({ declaration, answer: JSON.stringify(found ?? 'nowhere') })
    wideAnswers.set(project.checker, answers)
  }
  return found
}

function findAnywhere(
  project: OpenedProgram,
  symbol: ts.Symbol,
  origin: { kind: string; name?: string },
  importOf = (file: ts.SourceFile): TypeImport | undefined => importIn(project, file, symbol),
): TypeImport | undefined {
  if (origin.kind !== 'package') return undefined
  const answers = known.get(project.checker) ?? new Map<ts.Symbol, { readonly found: TypeImport | undefined }>()
  known.set(project.checker, answers)
  let answer = answers.get(symbol)
  if (answer === undefined) {
    const files = project.program.getSourceFiles().filter((file) => isOwnFile(project, file))
    const found = files
      .filter((file) => specifiersOf(file).some((specifier) => packageOfSpecifier(specifier) === origin.name))
      .map(importOf)
      .filter((one) => one !== undefined)
    answer = { found: found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))[0] ?? exportedBeside(project, symbol) }
    answers.set(symbol, answer)
  }
  return answer.found
}

/**
 * What no file of the user's imports, but what a package exports that one of them imports from: of
 * `import type { Paid } from '@shop/contracts'` the `Money` in it. Only what is there at run time too.
 */
function exportedBeside(project: OpenedProgram, symbol: ts.Symbol): TypeImport | undefined {
  const qualifiedName = originOfSymbol(project, symbol)?.name ?? symbol.name
  const outer = outermost(symbol, qualifiedName)
  for (const [from, module] of packagesInUse(project)) {
    const exported = project.checker.getExportsOfModule(module).find((one) => {
      return one.name !== 'default' && resolved(project, one) === outer && !isTypeOnly(one)
    })
    if (exported) return { from: { package: from }, name: [exported.name, ...qualifiedName.split('.').slice(1)].join('.') }
  }
  return undefined
}

const inUse = new WeakMap<ts.TypeChecker, ReadonlyMap<string, ts.Symbol>>()

/** What files of the user's import from, by specifier, in its order; their own files left out. */
function packagesInUse(project: OpenedProgram): ReadonlyMap<string, ts.Symbol> {
  const { checker, program } = project
  const found = inUse.get(checker)
  if (found !== undefined) return found
  const modules = new Map<string, ts.Symbol>()
  for (const file of program.getSourceFiles()) {
    if (!isOwnFile(project, file)) continue
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
      const { text } = statement.moduleSpecifier
      if (modules.has(text)) continue
      const from = importedFrom(project, statement.moduleSpecifier)
      const module = from && 'package' in from ? checker.getSymbolAtLocation(statement.moduleSpecifier) : undefined
      if (module) modules.set(text, module)
    }
  }
  const sorted = new Map([...modules].sort(([a], [b]) => (a < b ? -1 : 1)))
  inUse.set(checker, sorted)
  return sorted
}

/** `export type { Money }` promises nothing at run time. */
function isTypeOnly(exported: ts.Symbol): boolean {
  return exported.declarations?.some((one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly)) === true
}

function specifiersOf(file: ts.SourceFile): readonly string[] {
  return file.statements
    .filter((statement) => ts.isImportDeclaration(statement))
    .map((statement) => (ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : ''))
}

function importedFrom(project: OpenedProgram, specifier: ts.StringLiteral): TypeImport['from'] | undefined {
  if (!specifier.text.startsWith('.') && !specifier.text.startsWith('#')) {
    const module = project.checker.getSymbolAtLocation(specifier)
    const declaration = module?.declarations?.find((one) => ts.isSourceFile(one))
    // A path alias of the tsconfig looks like a package, but leads into the project.
    if (declaration && isOwnFile(project, declaration)) return fileOf(project, declaration)
    return { package: specifier.text }
  }
  const declaration = project.checker.getSymbolAtLocation(specifier)?.declarations?.find((one) => ts.isSourceFile(one))
  return declaration && isOwnFile(project, declaration) ? fileOf(project, declaration) : undefined
}

function fileOf(project: OpenedProgram, file: ts.SourceFile): TypeImport['from'] | undefined {
  return isInside(project.output, file.fileName) ? undefined : { file: relativePath(project.root, file.fileName) }
}

function exportsOf(project: OpenedProgram, file: ts.SourceFile): readonly ts.Symbol[] {
  const module = project.checker.getSymbolAtLocation(file)
  return module === undefined ? [] : project.checker.getExportsOfModule(module)
}

/** What has to be imported to name a symbol: the namespace that it stands in, or the symbol itself. */
function outermost(symbol: ts.Symbol, qualifiedName: string): ts.Symbol {
  let outer = symbol
  for (let depth = qualifiedName.split('.').length; depth > 1; depth--) outer = parentSymbol(outer) ?? outer
  return outer
}

function parentSymbol(symbol: ts.Symbol): ts.Symbol | undefined {
  return (symbol as ts.Symbol & { readonly parent?: ts.Symbol }).parent
}
