import { ts } from 'ts-morph'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { handlerTag, ignoreTag } from './conventions.ts'
import { declarationTags, hasTag } from './declaration-tags.ts'
import { exportedValues, type ExportedValue } from './exported-values.ts'
import { findMethods } from './find-methods.ts'
import { byPosition, type FoundHandler } from './found-handler.ts'
import type { OpenedProgram } from './open-program.ts'
import { placeInConfig } from './place-in-config.ts'
import type { HandlerPackage } from './handler-packages.ts'
import { handlerTags, reportNearTag } from './report-near-tag.ts'
import { absolutePath, relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'
import type { SourceSpan } from './source-span.ts'

/** The handlers that the handler files export, sorted by file, position and name. */
export function findHandlers(project: OpenedProgram, bag: DiagnosticBag): readonly FoundHandler[] {
  const found = new Map<ts.Declaration, { readonly file: ts.SourceFile; readonly handlers: readonly FoundHandler[] }>()
  const keep = (file: ts.SourceFile, one: ExportedValue, handlers: readonly FoundHandler[]): void => {
    // A second name, or a file that passes on another's handler, does not make it two.
    const home = one.declaration.getSourceFile()
    const known = found.get(one.declaration)
    if (known === undefined || (known.file !== home && file === home)) found.set(one.declaration, { file, handlers })
  }
  for (const file of project.handlerFiles) {
    let any = false
    for (const one of exportedValues(project, file)) {
      const handlers = handlersOf(project, file, one, bag)
      if (handlers === undefined) continue
      any = true
      keep(file, one, handlers)
    }
    if (!any) bag.report('JG1013', { file: nameOf(project, file) }, { span: firstLine(project, file) })
  }
  findIncluded(project, bag, keep)
  for (const one of project.packages) {
    for (const [exported, handlers] of handlersInPackage(project, one, bag)) {
      keep(one.file ?? exported.declaration.getSourceFile(), exported, handlers)
    }
  }
  for (const entry of project.choice.unused()) bag.report('JG1041', { entry }, placeInConfig(project, entry))
  return [...found.values()].flatMap(({ handlers }) => handlers).sort(byPosition)
}

/** The handlers that an installed package exports. Nearly right names are the business of who has written it. */
function handlersInPackage(
  project: OpenedProgram,
  { specifier, exists, file }: HandlerPackage,
  bag: DiagnosticBag,
): readonly (readonly [ExportedValue, readonly FoundHandler[]])[] {
  const refuse = (code: 'JG1045' | 'JG1046' | 'JG1047'): readonly [] => {
    bag.report(code, { package: specifier }, placeInConfig(project, specifier))
    return []
  }
  if (file === undefined) return refuse(exists ? 'JG1046' : 'JG1045')
  const own = new DiagnosticBag()
  const found = exportedValues(project, file).flatMap((one): (readonly [ExportedValue, readonly FoundHandler[]])[] => {
    const handlers = handlersOf(project, file, one, own) ?? []
    if (handlers.length === 0) return []
    return [[one, handlers.map((handler) => ({ ...handler, function: { ...handler.function, file: specifier, package: specifier } }))]]
  })
  return found.length === 0 ? refuse('JG1047') : found
}

/** What the config includes from files that are no handler files. */
function findIncluded(
  project: OpenedProgram,
  bag: DiagnosticBag,
  keep: (file: ts.SourceFile, one: ExportedValue, handlers: readonly FoundHandler[]) => void,
): void {
  for (const { entry, file: path, export: name, method } of project.choice.inclusions) {
    const refuse = (reason: string): void => bag.report('JG1040', { entry, reason }, placeInConfig(project, entry))
    const file = project.program.getSourceFile(absolutePath(project.root, path))
    const exported = file && exportedValues(project, file).find((one) => one.name === name)
    if (file === undefined) refuse(`${path} is not a file of the project`)
    else if (exported === undefined) refuse(`${path} exports no ${name}`)
    else {
      const handlers = handlersOf(project, file, exported, bag)
      const isMissing = method !== undefined && handlers?.every(({ function: called }) => called.kind === 'function' || called.method !== method)
      if (handlers === undefined || (isMissing && !bag.hasErrors)) refuse(flawOf(exported, method))
      else if (!project.handlerFiles.includes(file)) keep(file, exported, handlers)
    }
  }
}

function flawOf({ name, symbol }: ExportedValue, method: string | undefined): string {
  if (!(symbol.flags & ts.SymbolFlags.Class)) return `${name} is ${method === undefined ? 'neither a function nor a class' : 'no class'}`
  return method === undefined ? `no public method of ${name} has the name of a handler` : `${name} has no public method ${method}`
}

/** The handlers in one export; `undefined` if it has nothing to do with handlers. */
function handlersOf(
  project: OpenedProgram,
  file: ts.SourceFile,
  exported: ExportedValue,
  bag: DiagnosticBag,
): readonly FoundHandler[] | undefined {
  const { name, symbol, declaration } = exported
  for (const tag of declarationTags(declaration)) reportNearTag(project, declaration.getSourceFile(), tag, handlerTags, bag)
  const paths = [file, declaration.getSourceFile()].map((one) => nameOf(project, one))
  if (hasTag(declaration, ignoreTag) || project.choice.excludes(paths, name)) return []
  if (name === 'default') return refuseDefault(project, file, exported, bag)
  const isChosen = hasTag(declaration, handlerTag) || project.choice.includes(nameOf(project, file), name)
  if (symbol.flags & ts.SymbolFlags.Class) return findMethods(project, file, name, symbol, isChosen, bag)
  const signatures = project.checker.getTypeOfSymbol(symbol).getCallSignatures()
  const [signature] = signatures
  if (signature === undefined) {
    if (hasTag(declaration, handlerTag)) reportTag(project, declaration, name, 'it is neither a function nor a class', bag)
    return undefined
  }
  const span = spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
  if (!isChosen && !project.conventions.isHandler(name)) {
    const suggestion = project.conventions.nearHandler(name)
    if (suggestion === undefined || signature.getParameters().length === 0) return undefined
    bag.report('JG1012', { name, suggestion }, { span, label: `${suggestion}?` })
    return []
  }
  if (signatures.length > 1) {
    bag.report('JG1003', { handler: name }, { span, label: 'overloaded' })
    return []
  }
  return [{ file, function: { kind: 'function', file: nameOf(project, file), export: name }, label: name, signature, span }]
}

/** A tag that makes a handler of what cannot be one. */
function reportTag(project: OpenedProgram, declaration: ts.Declaration, name: string, reason: string, bag: DiagnosticBag): void {
  const span = spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
  bag.report('JG1043', { name, reason }, { span, label: reason })
}

/** A default export that would be a handler under a name of its own. */
function refuseDefault(
  project: OpenedProgram,
  file: ts.SourceFile,
  exported: ExportedValue,
  bag: DiagnosticBag,
): readonly FoundHandler[] | undefined {
  const { symbol, declaration } = exported
  const others = exportedValues(project, file).filter((one) => one.name !== 'default' && one.declaration === declaration)
  if (others.length > 0) return undefined
  const name = ts.getNameOfDeclaration(declaration)?.getText() ?? ''
  const isNamed = name !== '' && name !== 'default' && !ts.isExportAssignment(declaration)
  const type = project.checker.getTypeOfSymbol(symbol)
  const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0
  const callable = type.getCallSignatures().some((signature) => signature.getParameters().length > 0)
  const { conventions } = project
  const looksLikeOne = isClass ? !isNamed || conventions.isHandlerClass(name) : callable && (!isNamed || conventions.isHandler(name))
  if (!looksLikeOne) return undefined
  bag.report('JG1011', { file: nameOf(project, file) }, { span: spanOfNode(project.root, declaration), label: 'default export' })
  return []
}

function firstLine(project: OpenedProgram, file: ts.SourceFile): SourceSpan {
  const [statement] = file.statements
  return statement ? spanOfNode(project.root, statement) : { file: nameOf(project, file), line: 1, column: 1, length: 1 }
}

function nameOf(project: OpenedProgram, file: ts.SourceFile): string {
  return relativePath(project.root, file.fileName)
}
