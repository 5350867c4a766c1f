import { ts } from 'ts-morph'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { checkSyntax } from './check-syntax.ts'
import type { ConsideredEntry, ConsideredFile, NoHandlerReason, Verdict } from './considered.ts'
import { handlerTag, ignoreTag } from './conventions.ts'
import { hasTag } from './declaration-tags.ts'
import { exportedValues } from './exported-values.ts'
import { findHandlers } from './find-handlers.ts'
import { matchFile } from './match-file.ts'
import { matchGlobs } from './match-globs.ts'
import { MessageTable } from './message-table.ts'
import { openProgram, type OpenedProgram, type ProgramOptions } from './open-program.ts'
import { readHandler } from './read-handler.ts'
import { isInside, relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'
import { typeText } from './type-facts.ts'
import { isOwnFile } from './type-origin.ts'
import { resolved } from './type-import.ts'

/** A file by its path relative to the project's folder, or all files that declare a function or a class of a name. */
export type ConsideredWhat = { readonly path: string } | { readonly name: string }

/**
 * Everything in some files that could be a handler, and why it is one or not. Of a file that no pattern leads
 * to it is said as if one did. Empty when there is no such file in the project.
 */
export function considerFiles(options: ProgramOptions, what: ConsideredWhat, bag: DiagnosticBag): readonly ConsideredFile[] {
  const handlers = [...options.handlers.filter((glob) => !glob.startsWith('!')), ...('path' in what ? [what.path] : [])]
  const { opened } = openProgram({ ...options, handlers }, bag)
  if (opened === undefined) return []
  const pathOf = (file: ts.SourceFile) => relativePath(opened.root, file.fileName)
  const isAsked = (file: ts.SourceFile) => ('path' in what ? pathOf(file) === what.path : declares(file, what.name))
  return opened.program
    .getSourceFiles()
    .filter((file) => isOwnFile(opened, file) && !isInside(opened.output, file.fileName) && isAsked(file))
    .map((file) => considerFile(opened, options, file))
    .concat(considerPackages(opened, options, what))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** The packages of handlers, by their specifiers and by what they export. */
function considerPackages(opened: OpenedProgram, options: ProgramOptions, what: ConsideredWhat): readonly ConsideredFile[] {
  return opened.packages.flatMap(({ specifier, file }) => {
    if (file === undefined) return []
    const isAsked = 'path' in what ? what.path === specifier : exportedValues(opened, file).some(({ name }) => name === what.name.split('.')[0])
    return isAsked ? [{ ...considerFile(opened, options, file), file: specifier, match: { kind: 'matched', by: specifier } as const }] : []
  })
}

function considerFile(opened: OpenedProgram, options: ProgramOptions, source: ts.SourceFile): ConsideredFile {
  const path = relativePath(opened.root, source.fileName)
  const match = matchFile(options, path)
  const { handlers, output } = options
  const own = new DiagnosticBag()
  const isBroken = checkSyntax({ ...opened, handlerFiles: [source] }, own).has(source)
  const ofFile = () => own.list().filter(({ span }) => span?.file === path)
  if (isBroken) return { file: path, match, entries: [], problems: ofFile() }

  const project = { ...opened, handlerFiles: [source] }
  const messages = new MessageTable(opened, own)
  const handled = new Map<string, string>()
  for (const found of findHandlers(project, own)) {
    // What the config includes from other files is found besides.
    const read = found.file === source ? readHandler(opened, found, messages, own) : undefined
    if (read !== undefined) handled.set(found.label, read.taken.map(({ message, type }) => message ?? typeText(opened, type)).join(' | '))
  }
  const isHandlerFile = (file: ts.SourceFile) => matchGlobs(handlers, relativePath(opened.root, file.fileName), output).kind === 'matched'
  const entries = new FileReader(project, source, handled, own.list(), isHandlerFile).entries()
  const inEntries = new Set(entries.flatMap(({ verdict }) => (verdict.kind === 'refused' ? verdict.diagnostics : [])))
  const isPlugin = match.kind === 'other' && match.purpose === 'plugins'
  const named = entries.map((entry) => (isPlugin && entry.name === 'default' ? { ...entry, verdict: { kind: 'plugin' } as const } : entry))
  return { file: path, match, entries: named, problems: ofFile().filter((one) => !inEntries.has(one) && one.code !== 'JG1013') }
}

/** By the text of its statements alone: `name` may be that of a method, `OrderHandler.handle`. */
function declares(file: ts.SourceFile, name: string): boolean {
  const [outer] = name.split('.')
  return localDeclarations(file).some((declaration) => {
    const written = ts.getNameOfDeclaration(declaration)
    return written !== undefined && ts.isIdentifier(written) && written.text === outer
  })
}

class FileReader {
  readonly #project: OpenedProgram
  readonly #source: ts.SourceFile
  readonly #handled: ReadonlyMap<string, string>
  readonly #diagnostics: readonly Diagnostic[]
  readonly #isHandlerFile: (file: ts.SourceFile) => boolean

  constructor(
    project: OpenedProgram,
    source: ts.SourceFile,
    handled: ReadonlyMap<string, string>,
    diagnostics: readonly Diagnostic[],
    isHandlerFile: (file: ts.SourceFile) => boolean,
  ) {
    this.#project = project
    this.#source = source
    this.#handled = handled
    this.#diagnostics = diagnostics
    this.#isHandlerFile = isHandlerFile
  }

  entries(): readonly ConsideredEntry[] {
    const { checker } = this.#project
    const module = checker.getSymbolAtLocation(this.#source)
    const exported = new Set<ts.Symbol>()
    const found: { readonly at: number; readonly entries: readonly ConsideredEntry[] }[] = []
    for (const one of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const symbol = resolved(this.#project, one)
      const declaration = symbol.valueDeclaration ?? symbol.declarations?.find((each) => ts.isExportAssignment(each))
      if (declaration === undefined || exported.has(symbol)) continue
      exported.add(symbol)
      const at = declaration.getSourceFile() === this.#source ? declaration.pos : Number.POSITIVE_INFINITY
      found.push({ at, entries: this.#exported(one.name, symbol, declaration) })
    }
    for (const declaration of localDeclarations(this.#source)) {
      const name = ts.getNameOfDeclaration(declaration)
      const symbol = name && checker.getSymbolAtLocation(name)
      if (symbol === undefined || isExported(checker, symbol, exported)) continue
      found.push({ at: declaration.pos, entries: this.#local(declaration, symbol) })
    }
    return found.sort((a, b) => a.at - b.at).flatMap(({ entries }) => entries)
  }

  #exported(name: string, symbol: ts.Symbol, declaration: ts.Declaration): readonly ConsideredEntry[] {
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0
    const isCallable = this.#project.checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0
    if (!isClass && !isCallable) return []
    const kind = isClass ? 'class' : 'function'
    const home = declaration.getSourceFile()
    const own = (verdict: Verdict): ConsideredEntry => ({ name, kind, span: this.#spanOf(declaration), verdict })
    if (home !== this.#source && this.#isHandlerFile(home)) {
      return [own({ kind: 'elsewhere', file: relativePath(this.#project.root, home.fileName) })]
    }
    if (hasTag(declaration, ignoreTag)) return [own({ kind: 'none', reason: 'ignored' })]
    const { conventions, choice } = this.#project
    if (choice.excludes(this.#paths(home), name)) return [own({ kind: 'none', reason: 'excluded' })]
    const hasHandlers = [...this.#handled.keys()].some((label) => label.startsWith(`${name}.`))
    if (isClass && (conventions.isHandlerClass(name) || hasHandlers)) return this.#members(name, symbol, declaration, own)
    const handled = this.#handled.get(name)
    const diagnostics = this.#within(declaration)
    if (diagnostics.length > 0) return [own({ kind: 'refused', diagnostics })]
    if (handled !== undefined) return [own(this.#handler(handled, name))]
    return [own(isClass ? { kind: 'none', reason: 'class-name' } : this.#named(name))]
  }

  #local(declaration: ts.Declaration, symbol: ts.Symbol): readonly ConsideredEntry[] {
    const { name } = symbol
    const isClass = ts.isClassLike(declaration)
    const isCallable = this.#project.checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0
    if (!isClass && !isCallable) return []
    const { conventions } = this.#project
    const isNamed = isClass ? conventions.isHandlerClass(name) : conventions.isHandler(name)
    const verdict: Verdict = { kind: 'none', reason: isNamed ? 'not-exported' : 'local' }
    return [{ name, kind: isClass ? 'class' : 'function', span: this.#spanOf(declaration), verdict }]
  }

  /** A handler class with its methods; the class itself has a line only if it says something about all of them. */
  #members(
    name: string,
    symbol: ts.Symbol,
    declaration: ts.Declaration,
    own: (verdict: Verdict) => ConsideredEntry,
  ): readonly ConsideredEntry[] {
    const { checker } = this.#project
    const methods = [checker.getTypeOfSymbol(symbol), checker.getDeclaredTypeOfSymbol(symbol)]
      .flatMap((type) => checker.getPropertiesOfType(type))
      .filter((member) => member.valueDeclaration !== undefined && isOfProject(this.#project, member.valueDeclaration))
      .filter((member) => checker.getTypeOfSymbol(member).getCallSignatures().length > 0 && !ts.isPrivateIdentifier(nameNode(member)))
      .map((member): ConsideredEntry => {
        const at = member.valueDeclaration as ts.Declaration
        return { name: `${name}.${member.name}`, kind: 'method', span: this.#spanOf(at), verdict: this.#method(`${name}.${member.name}`, member.name, at) }
      })
      .sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column)
    const ofMethods = new Set(methods.flatMap(({ verdict }) => (verdict.kind === 'refused' ? verdict.diagnostics : [])))
    const ofClass = this.#within(declaration).filter((diagnostic) => !ofMethods.has(diagnostic))
    if (ofClass.length > 0) return [own({ kind: 'refused', diagnostics: ofClass }), ...methods.filter(({ verdict }) => verdict.kind === 'refused' && verdict.diagnostics.length > 0)]
    const hasAny = methods.some(({ verdict }) => verdict.kind !== 'none' || verdict.reason !== 'method-name')
    return hasAny ? methods : [own({ kind: 'none', reason: 'class-without-handlers' })]
  }

  #method(label: string, name: string, declaration: ts.Declaration): Verdict {
    const reason = (why: NoHandlerReason): Verdict => ({ kind: 'none', reason: why })
    if (hasTag(declaration, ignoreTag)) return reason('ignored')
    const { conventions, choice } = this.#project
    if (choice.excludes(this.#paths(declaration.getSourceFile()), label)) return reason('excluded')
    if (!conventions.isMethod(name) && !this.#handled.has(label) && !hasTag(declaration, handlerTag)) {
      const near = conventions.nearHandler(name)
      return { kind: 'none', reason: 'method-name', ...(near !== undefined && { suggestion: near }) }
    }
    if (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return reason('not-public')
    const diagnostics = this.#within(declaration)
    const message = this.#handled.get(label)
    if (diagnostics.length === 0 && message === undefined && !conventions.isHandler(name)) return reason('method-name')
    if (diagnostics.length > 0 || message === undefined) return { kind: 'refused', diagnostics }
    return this.#handler(message, label)
  }

  /** @param label  Of a method with that of its class, which may be named instead. */
  #handler(message: string, label: string): Verdict {
    const file = relativePath(this.#project.root, this.#source.fileName)
    const included = [label, label.split('.')[0] ?? label].some((name) => this.#project.choice.includes(file, name))
    return { kind: 'handler', message, ...(included && { included }) }
  }

  #named(name: string): Verdict {
    const suggestion = this.#project.conventions.nearHandler(name)
    return { kind: 'none', reason: 'name', ...(suggestion !== undefined && { suggestion }) }
  }

  /** Where something is exported, and where it is declared. */
  #paths(home: ts.SourceFile): readonly string[] {
    return [this.#source, home].map((file) => relativePath(this.#project.root, file.fileName))
  }

  /** The errors within a declaration, and warnings about its name. */
  #within(declaration: ts.Node): readonly Diagnostic[] {
    const source = declaration.getSourceFile()
    const file = relativePath(this.#project.root, source.fileName)
    const start = declaration.getStart(source, false)
    return this.#diagnostics.filter(({ span, code, severity }) => {
      if (span?.file !== file || (severity !== 'error' && code !== 'JG1012')) return false
      const at = source.getPositionOfLineAndCharacter(span.line - 1, span.column - 1)
      return at >= start && at < declaration.getEnd()
    })
  }

  #spanOf(declaration: ts.Declaration) {
    return spanOfNode(this.#project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
  }
}

/** Within a module the name of an exported declaration leads to a symbol of its own. */
function isExported(checker: ts.TypeChecker, symbol: ts.Symbol, exported: ReadonlySet<ts.Symbol>): boolean {
  return exported.has(checker.getExportSymbolOfSymbol(symbol))
}

/** Functions, classes and constants at the top of a file. */
function localDeclarations(source: ts.SourceFile): readonly ts.Declaration[] {
  return source.statements.flatMap((statement): readonly ts.Declaration[] => {
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations
    // Of an overloaded function only what has a body: the others are its signatures.
    if (ts.isFunctionDeclaration(statement)) return statement.body === undefined ? [] : [statement]
    return ts.isClassDeclaration(statement) ? [statement] : []
  })
}

function nameNode(member: ts.Symbol): ts.Node {
  const declaration = member.valueDeclaration as ts.Declaration
  return ts.getNameOfDeclaration(declaration) ?? declaration
}

function isOfProject(project: OpenedProgram, declaration: ts.Declaration): boolean {
  const { fileName } = declaration.getSourceFile()
  return isInside(project.root, fileName) && !fileName.includes('/node_modules/')
}
