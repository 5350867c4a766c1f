import type { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { aliasOfNode } from './lower-type.ts'
import type { OpenedProgram } from './open-program.ts'
import { reportMissingTypes } from './report-missing-types.ts'
import { spanOfNode } from './source-span-of.ts'

/**
 * Whether a type that was not found is an alias of the user's that is there, but stands for something
 * that is not. What is missing is then reported where the alias names it.
 *
 * @param path  From the handler to the type, for the diagnostics.
 */
export function lacksParts(project: OpenedProgram, node: ts.TypeNode | undefined, path: string, bag: DiagnosticBag): boolean {
  const alias = node && aliasOfNode(project, node)
  if (node === undefined || alias === undefined) return false
  const place = { owner: alias.name, member: alias.name, name: alias.name, chain: [path], span: spanOfNode(project.root, node) }
  return reportMissingTypes({ project, bag }, alias, place)
}
