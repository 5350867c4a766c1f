import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { ignoreTag } from './conventions.ts'
import { hasTag } from './declaration-tags.ts'
import type { DiscoveredParameter, HandlerFunction } from './discovered.ts'
import { exportedValues } from './exported-values.ts'
import { readConstructor } from './find-methods.ts'
import { byPosition, type FoundHandler } from './found-handler.ts'
import { middlewareNameFor, roleOf } from './middleware-names.ts'
import { middlewareRoles, stepRoles, type MiddlewareRole, type MiddlewareScope } from './middleware.ts'
import type { OpenedProgram } from './open-program.ts'
import { compareText } from './shape-order.ts'
import { relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'

/** Middleware as it was found, before its signature is read. */
export interface FoundMiddleware extends FoundHandler {
  readonly role: MiddlewareRole
  readonly scope: MiddlewareScope
}

/** The middleware that handler files, their handler classes and middleware files export; sorted by file, then by position. */
export function findMiddleware(project: OpenedProgram, bag: DiagnosticBag): readonly FoundMiddleware[] {
  const found: FoundMiddleware[] = []
  const isGlobal = new Set(project.middlewareFiles)
  for (const file of project.handlerFiles) {
    if (!isGlobal.has(file)) found.push(...inFile(project, file, 'file', bag), ...inClasses(project, file, bag))
  }
  const global = project.middlewareFiles.flatMap((file) => inFile(project, file, 'all', bag))
  for (const file of project.middlewareFiles) {
    if (global.some((one) => one.file === file)) continue
    const name = relativePath(project.root, file.fileName)
    bag.report('JG1030', { file: name }, { span: { file: name, line: 1, column: 1, length: 1 } })
  }
  // A file that passes on another's middleware does not make it two.
  const isFirst = (one: FoundMiddleware, at: number, all: readonly FoundMiddleware[]): boolean =>
    all.findIndex((other) => placeOf(other) === placeOf(one)) === at
  return [...found, ...global.toSorted(ownFirst).filter(isFirst)].sort(byPosition)
}

/** The steps that the file of a plugin exports, in the order of the file. */
export function findSteps(project: OpenedProgram, file: ts.SourceFile, bag: DiagnosticBag): readonly FoundMiddleware[] {
  return [...inFile(project, file, 'all', bag, stepRoles)].sort(byPosition)
}

function inFile(
  project: OpenedProgram,
  file: ts.SourceFile,
  scope: 'all' | 'file',
  bag: DiagnosticBag,
  roles: readonly MiddlewareRole[] = middlewareRoles,
): readonly FoundMiddleware[] {
  const home = relativePath(project.root, file.fileName)
  return exportedValues(project, file).flatMap(({ name, symbol, declaration }): readonly FoundMiddleware[] => {
    if (symbol.flags & ts.SymbolFlags.Class || hasTag(declaration, ignoreTag)) return []
    const signatures = project.checker.getTypeOfSymbol(symbol).getCallSignatures()
    if (signatures.length === 0) return []
    const span = spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
    const role = roleOf(name, roles)
    if (role === undefined) {
      const suggestion = middlewareNameFor(name, roles)
      if (suggestion !== undefined) bag.report('JG1031', { name, suggestion }, { span, label: `${suggestion}?` })
      return []
    }
    const signature = onlyOne(signatures, name, span, bag)
    return signature ? [{ file, function: { kind: 'function', file: home, export: name }, label: name, signature, span, role, scope }] : []
  })
}

function inClasses(project: OpenedProgram, file: ts.SourceFile, bag: DiagnosticBag): readonly FoundMiddleware[] {
  return exportedValues(project, file).flatMap(({ name, symbol, declaration }) => {
    const isHandlerClass = project.conventions.isHandlerClass(name) && !hasTag(declaration, ignoreTag)
    if (!isHandlerClass || !ts.isClassLike(declaration) || declaration.typeParameters) return []
    return inClass(project, file, name, symbol, declaration, bag)
  })
}

function inClass(
  project: OpenedProgram,
  file: ts.SourceFile,
  name: string,
  symbol: ts.Symbol,
  declaration: ts.ClassLikeDeclaration,
  bag: DiagnosticBag,
): readonly FoundMiddleware[] {
  const { checker } = project
  const constructor = checker.getTypeOfSymbol(symbol)
  const home = { file: relativePath(project.root, file.fileName), export: name }
  const classSpan = spanOfNode(project.root, declaration.name ?? declaration)
  const methods = (type: ts.Type, called: (method: string) => HandlerFunction): readonly FoundMiddleware[] =>
    checker.getPropertiesOfType(type).flatMap((property): readonly FoundMiddleware[] => {
      const role = roleOf(property.name, middlewareRoles)
      const written = property.valueDeclaration
      if (role === undefined || written === undefined || !isPublic(written) || hasTag(written, ignoreTag)) return []
      const signatures = checker.getTypeOfSymbol(property).getCallSignatures()
      const span = spanOfNode(project.root, ts.getNameOfDeclaration(written) ?? written)
      const label = `${name}.${property.name}`
      const signature = signatures.length === 0 ? undefined : onlyOne(signatures, label, span, bag)
      return signature ? [{ file, function: called(property.name), label, signature, span, role, scope: 'class' }] : []
    })
  let constructorParameters: readonly DiscoveredParameter[] | undefined
  const ofInstance = (method: string): HandlerFunction => {
    constructorParameters ??= readConstructor(project, file, name, declaration, constructor, classSpan, bag) ?? []
    return { kind: 'instance-method', ...home, method, constructorParameters }
  }
  return [
    ...methods(constructor, (method) => ({ kind: 'static-method', ...home, method })),
    ...methods(checker.getDeclaredTypeOfSymbol(symbol), ofInstance),
  ]
}

function onlyOne(
  signatures: readonly ts.Signature[],
  label: string,
  span: FoundMiddleware['span'],
  bag: DiagnosticBag,
): ts.Signature | undefined {
  const [signature, another] = signatures
  if (another === undefined) return signature
  bag.report('JG1003', { handler: label }, { span, label: 'overloaded' })
  return undefined
}

function isPublic(declaration: ts.Declaration): boolean {
  return !(ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected))
}

function placeOf({ span }: FoundMiddleware): string {
  return `${span.file}:${span.line}:${span.column}`
}

/** The file that declares it before those that pass it on. */
function ownFirst(a: FoundMiddleware, b: FoundMiddleware): number {
  const isOwn = (one: FoundMiddleware): boolean => one.span.file === one.function.file
  return Number(isOwn(b)) - Number(isOwn(a)) || compareText(a.function.file, b.function.file) || compareText(a.label, b.label)
}
