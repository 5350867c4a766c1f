import { ts } from 'ts-morph'
import type { ImportObstacle, ImportStyle } from './discovered.ts'
import type { OpenedProgram } from './open-program.ts'

/** How generated code writes relative imports: as the options demand, else as the handlers do, else as the module kind needs. */
export function importStyle(project: OpenedProgram): ImportStyle {
  const extension = extensionOfImports(project)
  const obstacle = obstacleOf(project)
  return obstacle === undefined ? { extension } : { extension, obstacle }
}

function obstacleOf({ program, output, host }: OpenedProgram): ImportObstacle | undefined {
  const options = program.getCompilerOptions()
  const { module, moduleResolution, verbatimModuleSyntax } = options
  if (moduleResolution === ts.ModuleResolutionKind.Node10 || moduleResolution === ts.ModuleResolutionKind.Classic) return 'resolution-of-node10'
  const format =
    module === ts.ModuleKind.CommonJS ? module : ts.getImpliedNodeFormatForFile(`${output}/index.ts`, undefined, host, options)
  if (format !== ts.ModuleKind.CommonJS) return undefined
  if (verbatimModuleSyntax) return 'verbatim-commonjs'
  return module === ts.ModuleKind.Node16 || module === ts.ModuleKind.Node18 ? 'commonjs-of-node16' : undefined
}

function extensionOfImports(project: OpenedProgram): ImportStyle['extension'] {
  const options = project.program.getCompilerOptions()
  if (options.allowImportingTsExtensions || options.rewriteRelativeImportExtensions) return 'ts'
  const counts = { ts: 0, js: 0, none: 0 }
  for (const file of project.handlerFiles) {
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
      const { text } = statement.moduleSpecifier
      if (text.startsWith('.')) counts[/\.[cm]?ts$/.test(text) ? 'ts' : /\.[cm]?js$/.test(text) ? 'js' : 'none']++
    }
  }
  const most = (['ts', 'js', 'none'] as const).toSorted((a, b) => counts[b] - counts[a])[0] ?? 'js'
  if (counts[most] > 0) return most
  const { module } = options
  const isNode = module !== undefined && module >= ts.ModuleKind.Node16 && module <= ts.ModuleKind.NodeNext
  return isNode ? 'js' : 'none'
}
