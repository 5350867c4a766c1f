import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { OpenedProgram } from './open-program.ts'
import { relativePath } from './source-paths.ts'
import { spanOfText } from './source-span-of.ts'
import { isOwnFile } from './type-origin.ts'

/**
 * Reports the first syntax error of each handler file and of each file of the user's that it imports.
 * Returns the files that have one: what they seem to declare may not be what was meant.
 */
export function checkSyntax(project: OpenedProgram, bag: DiagnosticBag): ReadonlySet<ts.SourceFile> {
  const broken = new Set<ts.SourceFile>()
  for (const file of withImports(project)) {
    const [error] = project.program.getSyntacticDiagnostics(file)
    if (error === undefined) continue
    broken.add(file)
    const reason = ts.flattenDiagnosticMessageText(error.messageText, ' ').replace(/\.$/, '')
    const span = spanOfText(project.root, file.fileName, file.text, error.start ?? 0, error.length ?? 1)
    bag.report('JG1001', { file: relativePath(project.root, file.fileName), reason }, { span })
  }
  return broken
}

function withImports(project: OpenedProgram): ReadonlySet<ts.SourceFile> {
  const found = new Set<ts.SourceFile>()
  const waiting = [...project.handlerFiles]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || !isOwnFile(project, file)) continue
    found.add(file)
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue
      const module = statement.moduleSpecifier && project.checker.getSymbolAtLocation(statement.moduleSpecifier)
      const imported = module?.declarations?.find((one) => ts.isSourceFile(one))
      if (imported) waiting.push(imported)
    }
  }
  return found
}
