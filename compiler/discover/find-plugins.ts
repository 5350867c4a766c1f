import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { findSteps } from './find-middleware.ts'
import type { MessageTable } from './message-table.ts'
import type { DiscoveredPlugin } from './middleware.ts'
import type { OpenedProgram } from './open-program.ts'
import { readMiddleware } from './read-middleware.ts'
import { relativePath } from './source-paths.ts'
import { spanOfNode } from './source-span-of.ts'
import { typeText } from './type-facts.ts'
import { resolved } from './type-import.ts'

/** The plugins that the config names, each with the steps that its file exports. What they answer is asked later. */
export function findPlugins(project: OpenedProgram, messages: MessageTable, bag: DiagnosticBag): readonly DiscoveredPlugin[] {
  const { checker } = project
  return project.pluginFiles.flatMap((source): readonly DiscoveredPlugin[] => {
    const file = relativePath(project.root, source.fileName)
    const module = checker.getSymbolAtLocation(source)
    const exported = module && checker.getExportsOfModule(module).find(({ name }) => name === 'default')
    const symbol = exported && resolved(project, exported)
    const declaration = symbol?.valueDeclaration ?? exported?.declarations?.[0]
    if (symbol === undefined || declaration === undefined) {
      bag.report('JG1072', { file, reason: 'it has no default export' }, { span: { file, line: 1, column: 1, length: 1 } })
      return []
    }
    const span = spanOfNode(project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
    const type = checker.getTypeOfSymbol(symbol)
    if (type.getCallSignatures().length === 0) {
      bag.report('JG1072', { file, reason: `its default export is ${typeText(project, type)}, and no function` }, { span, label: 'no function' })
      return []
    }
    const steps = findSteps(project, source, bag).flatMap((found) => readMiddleware(project, found, messages, bag) ?? [])
    return [{ file, steps, span }]
  })
}
