import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { compareText } from './shape-order.ts'
import { resolved } from './type-import.ts'

/** Something that a file exports and that is there when it runs. */
export interface ExportedValue {
  /** As it is exported. */
  readonly name: string
  /** What it is an alias of, where it is one. */
  readonly symbol: ts.Symbol
  readonly declaration: ts.Declaration
}

/** What a file exports, its own and what it passes on, by name in code units. */
export function exportedValues(project: OpenedProgram, file: ts.SourceFile): readonly ExportedValue[] {
  const module = project.checker.getSymbolAtLocation(file)
  if (module === undefined) return []
  return project.checker
    .getExportsOfModule(module)
    .flatMap((exported): ExportedValue | [] => {
      const symbol = resolved(project, exported)
      const declaration = symbol.valueDeclaration ?? symbol.declarations?.find((one) => ts.isExportAssignment(one))
      return declaration ? { name: exported.name, symbol, declaration } : []
    })
    .sort((a, b) => compareText(a.name, b.name))
}
