import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { type PackageDoor, packageDoors, repository } from '../tooling/package-doors.ts'

/**
 * Every name that users can import, door by door, with its declaration as TypeScript emits it,
 * without comments; at the end the declarations that these mention and no door exports, since a
 * change there changes the surface too. Made from the sources, so that no stale build hides a change.
 */
export function publicSurface(doors: readonly PackageDoor[] = packageDoors()): string {
  const declarations = emitDeclarations(doors.map(({ source }) => join(repository, source)))
  const program = ts.createProgram([...declarations.keys()], { ...settings(), noEmit: true }, hostOver(declarations))
  const checker = program.getTypeChecker()
  /** Where each declaration was shown first. */
  const shown = new Map<ts.Symbol, string>()

  const sections = doors.map(({ specifier, source }) => {
    const entry = program.getSourceFile(join(repository, source).replace(/\.ts$/, '.d.ts'))
    const module = entry && checker.getSymbolAtLocation(entry)
    if (module === undefined) throw new Error(`${source} exports nothing, but ${specifier} is a door of its package`)
    const lines = exportsOf(module, checker).map(([name, symbol]) => {
      const before = shown.get(symbol)
      if (before !== undefined) return `export ${name}: as in ${before}`
      shown.set(symbol, specifier)
      return `export ${name}: ${print(name, symbol)}`
    })
    return [`== ${specifier}`, ...lines, ''].join('\n')
  })
  const mentioned = mentionedBy([...shown.keys()], checker, new Set(declarations.keys()))
  return [
    ...sections,
    '-- mentioned by the above, exported by none',
    ...mentioned.map(([name, symbol]) => `${name}: ${print(name, symbol)}`),
    '',
  ].join('\n')
}

type NamedSymbol = readonly [name: string, symbol: ts.Symbol]

const byName = ([a]: NamedSymbol, [b]: NamedSymbol) => (a < b ? -1 : 1)

function exportsOf(module: ts.Symbol, checker: ts.TypeChecker): readonly NamedSymbol[] {
  return checker
    .getExportsOfModule(module)
    .map((symbol): NamedSymbol => [symbol.name, behindAlias(symbol, checker)])
    .sort(byName)
}

function behindAlias(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** What these declarations need, and what that needs in turn, as far as it is ours. */
function mentionedBy(
  shown: readonly ts.Symbol[],
  checker: ts.TypeChecker,
  ours: ReadonlySet<string>,
): readonly NamedSymbol[] {
  const isOurs = (symbol: ts.Symbol) =>
    symbol.declarations?.some((node) => ours.has(node.getSourceFile().fileName)) ?? false
  const seen = new Set(shown)
  const queue = [...seen]
  const mentioned: NamedSymbol[] = []
  for (let symbol = queue.shift(); symbol !== undefined; symbol = queue.shift()) {
    for (const mention of symbolsIn(symbol, checker)) {
      const found = behindAlias(mention, checker)
      if (seen.has(found) || !isOurs(found) || !isTopLevel(found)) continue
      seen.add(found)
      queue.push(found)
      mentioned.push([`${found.name} in ${homeOf(found)}`, found])
    }
  }
  return mentioned.sort(byName)
}

const homeOf = (symbol: ts.Symbol) =>
  symbol.declarations?.[0]?.getSourceFile().fileName.slice(repository.length + 1).replace(/\.d\.ts$/, '') ?? '?'

const isTopLevel = (symbol: ts.Symbol) =>
  symbol.declarations?.some(
    (node) => ts.isSourceFile(node.parent) || ts.isVariableStatement(node.parent.parent),
  ) ?? false

function symbolsIn(symbol: ts.Symbol, checker: ts.TypeChecker): readonly ts.Symbol[] {
  const found: ts.Symbol[] = []
  const visit = (node: ts.Node): void => {
    const mentioned = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined
    if (mentioned !== undefined) found.push(mentioned)
    node.forEachChild(visit)
  }
  symbol.declarations?.forEach(visit)
  return found
}

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed })

function print(name: string, symbol: ts.Symbol): string {
  if (symbol.declarations === undefined) throw new Error(`${name} is exported but declared nowhere`)
  const texts = symbol.declarations.map((node) => {
    const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node
    return printer.printNode(ts.EmitHint.Unspecified, whole, whole.getSourceFile()).replace(/^(export |declare )+/, '')
  })
  return [...new Set(texts)].join('\n')
}

/** The declarations of these files and of all that they import, as they would be published: path to text. */
function emitDeclarations(entries: readonly string[]): ReadonlyMap<string, string> {
  const declarations = new Map<string, string>()
  const program = ts.createProgram(entries, {
    ...settings(),
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: repository,
    outDir: repository,
  })
  program.emit(undefined, (path, text) => void declarations.set(path, text))
  return declarations
}

function settings(): ts.CompilerOptions {
  const path = join(repository, 'test/tooling/tsconfig.boundaries.json')
  const read = ts.readConfigFile(path, (name) => readFileSync(name, 'utf8')) as { config: unknown }
  const config = { ...(read.config as object), files: [], include: [] }
  return ts.parseJsonConfigFileContent(config, ts.sys, join(repository, 'test/tooling')).options
}

/** The files of this machine, with the declarations laid over them: sources give way to what is published. */
function hostOver(declarations: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost({})
  const source = /^(?!.*\/node_modules\/)(?!.*\.d\.ts$).*\.ts$/
  const isSource = (path: string) => path.startsWith(repository) && source.test(path)
  return {
    ...host,
    fileExists: (path) => declarations.has(path) || (!isSource(path) && host.fileExists(path)),
    readFile: (path) => declarations.get(path) ?? host.readFile(path),
    getSourceFile: (path, languageVersion) => {
      const text = declarations.get(path)
      if (text === undefined) return host.getSourceFile(path, languageVersion)
      return ts.createSourceFile(path, text, languageVersion, true)
    },
  }
}
