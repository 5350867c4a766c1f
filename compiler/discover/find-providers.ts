import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { ignoreTag } from './conventions.ts'
import { declarationTags, hasTag } from './declaration-tags.ts'
import type { DiscoveredProvider } from './discovered.ts'
import { exportedValues } from './exported-values.ts'
import type { OpenedProgram } from './open-program.ts'
import { readProvider, type ExportedProvider } from './read-provider.ts'
import { providerTags, reportNearTag } from './report-near-tag.ts'
import { compareText } from './shape-order.ts'

/** The providers that provider files export, sorted by file, position and name. */
export function findProviders(project: OpenedProgram, bag: DiagnosticBag): readonly DiscoveredProvider[] {
  const found = new Map<ts.Declaration, ExportedProvider>()
  for (const file of project.providerFiles) {
    for (const one of exportsOf(project, file)) {
      // A second name, or a file that passes on another's provider, does not make it two.
      const home = one.declaration.getSourceFile()
      const known = found.get(one.declaration)
      if (known === undefined || (known.file !== home && file === home)) found.set(one.declaration, one)
    }
  }
  const providers: DiscoveredProvider[] = []
  for (const one of found.values()) {
    for (const tag of declarationTags(one.declaration)) reportNearTag(project, one.declaration.getSourceFile(), tag, providerTags, bag)
    const provider = hasTag(one.declaration, ignoreTag) ? undefined : readProvider(project, one, bag)
    if (provider !== undefined) providers.push(provider)
  }
  return providers.sort(byPosition)
}

function exportsOf(project: OpenedProgram, file: ts.SourceFile): readonly ExportedProvider[] {
  return exportedValues(project, file)
    .filter(({ declaration }) => !ts.isEnumDeclaration(declaration) && !ts.isModuleDeclaration(declaration))
    .map((value) => ({ file, ...value }))
}

function byPosition(a: DiscoveredProvider, b: DiscoveredProvider): number {
  return (
    compareText(a.file, b.file) ||
    compareText(a.span.file, b.span.file) ||
    a.span.line - b.span.line ||
    a.span.column - b.span.column ||
    compareText(a.export, b.export)
  )
}
