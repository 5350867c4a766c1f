import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { ignoreTag, policyName } from './conventions.ts'
import { hasTag } from './declaration-tags.ts'
import type { DiscoveredPolicy } from './discovered.ts'
import type { FoundHandler } from './found-handler.ts'
import type { OpenedProgram } from './open-program.ts'
import { readPolicyType } from './policy-type.ts'
import { compareText } from './shape-order.ts'
import { relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'
import { typeText } from './type-facts.ts'
import { resolved } from './type-import.ts'

/** The policies that handler files export, and that their handler classes have as a static member. */
export function findPolicies(project: OpenedProgram, handlers: readonly FoundHandler[], bag: DiagnosticBag): readonly DiscoveredPolicy[] {
  const { checker } = project
  const found: DiscoveredPolicy[] = []
  const isHandlerClass = (file: ts.SourceFile, name: string): boolean =>
    project.conventions.isHandlerClass(name) || handlers.some((one) => one.file === file && one.function.kind !== 'function' && one.function.export === name)
  // Those of packages say nothing here.
  const own = handlers.filter(({ function: called }) => called.package === undefined)
  for (const file of new Set([...project.handlerFiles, ...own.map((one) => one.file)])) {
    const module = checker.getSymbolAtLocation(file)
    if (module === undefined) continue
    const name = relativePath(project.root, file.fileName)
    const read = (symbol: ts.Symbol, label: string, inClass: string | undefined): void => {
      const declaration = symbol.valueDeclaration
      if (declaration === undefined || hasTag(declaration, ignoreTag)) return
      const span = spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
      const { flaws, functions, keyed, ...said } = readPolicyType(project, checker.getTypeOfSymbol(symbol))
      const [flaw = functions && onlyGlobal] = flaws
      if (flaw !== undefined) return bag.report('JG1024', { policy: label, reason: flaw }, { span, label: flaw })
      found.push({ file: name, ...(inClass !== undefined && { class: inClass }), ...said, span })
      const ordered = handlers.filter((handler) => handler.file === file && (inClass === undefined || handler.function.export === inClass))
      for (const key of keyed) for (const handler of ordered) checkKey(project, { label, key, span }, handler, bag)
    }
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = resolved(project, exported)
      if (exported.name === policyName) read(symbol, policyName, undefined)
      else if (symbol.flags & ts.SymbolFlags.Class && isHandlerClass(file, exported.name)) {
        const member = checker.getPropertyOfType(checker.getTypeOfSymbol(symbol), policyName)
        if (member !== undefined) read(member, `${exported.name}.${policyName}`, exported.name)
      }
    }
  }
  return found.sort((a, b) => compareText(a.file, b.file) || compareText(a.class ?? '', b.class ?? ''))
}

const onlyGlobal = 'a function is a policy only in the file that the config names as `policies`'

/** The policy of the whole app. A file without one, or of another kind, is a problem. */
export function findGlobalPolicy(project: OpenedProgram, bag: DiagnosticBag): DiscoveredPolicy | undefined {
  const { checker, policyFile } = project
  if (policyFile === undefined) return undefined
  const file = relativePath(project.root, policyFile.fileName)
  const module = checker.getSymbolAtLocation(policyFile)
  const exported = module && checker.getExportsOfModule(module).find(({ name }) => name === 'default')
  const symbol = exported && resolved(project, exported)
  const declaration = symbol?.valueDeclaration ?? exported?.declarations?.[0]
  if (symbol === undefined || declaration === undefined) {
    bag.report('JG1071', { file, reason: 'it has no default export' }, { span: undefined })
    return undefined
  }
  const span = spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
  const { flaws, separate, nonTransactional, functions } = readPolicyType(project, checker.getTypeOfSymbol(symbol))
  const [flaw] = flaws
  if (flaw === undefined) {
    const shape = { ...(separate !== undefined && { separate }), ...(nonTransactional !== undefined && { nonTransactional }) }
    return { file, ...shape, ...(functions && { functions }), span }
  }
  bag.report('JG1071', { file, reason: flaw }, { span, label: flaw })
  return undefined
}

/** A key is computed of every message that the handlers take. */
function checkKey(
  project: OpenedProgram,
  { label, key, span }: { readonly label: string; readonly key: ts.Type; readonly span: DiscoveredPolicy['span'] },
  handler: FoundHandler,
  bag: DiagnosticBag,
): void {
  const { checker } = project
  const [parameter] = handler.signature.getParameters()
  const message = parameter && checker.getTypeOfSymbol(parameter)
  if (message === undefined || checker.isTypeAssignableTo(message, key)) return
  const texts = { policy: label, key: typeText(project, key), handler: handler.label, message: typeText(project, message) }
  bag.report('JG1070', texts, { span, label: `a key of ${texts.key}`, notes: [{ span: handler.span, message: `takes ${texts.message}` }] })
}
