import { ts } from 'ts-morph'

/** Not in the public types: what creating a program leaves on its files. */
type BoundFile = ts.SourceFile & {
  readonly imports?: readonly ts.StringLiteralLike[]
  readonly moduleAugmentations?: readonly ts.Node[]
  readonly ambientModuleNames?: readonly string[]
}
type ResolvingProgram = ts.Program & {
  getResolvedModuleFromModuleSpecifier(
    specifier: ts.StringLiteralLike,
    file: ts.SourceFile,
  ): ts.ResolvedModuleWithFailedLookupLocations | undefined
}

/**
 * Files in which a name may mean something else than in the program before: those with other text, and those that import
 * them, through however many others. `undefined`: any file may be one of them, because what changed is seen without an import.
 *
 * What a file imports, and not what its types were seen to use, decides: an `export *` in between, or a `typeof`, leads a name
 * elsewhere without any declaration that was looked at having changed.
 */
export function affectedFiles(before: ts.Program, after: ts.Program): ReadonlySet<ts.SourceFile> | undefined {
  const known = new Map(before.getSourceFiles().map((file) => [file.fileName, file]))
  const files = after.getSourceFiles()
  if (files.length !== known.size) return undefined
  const waiting: ts.SourceFile[] = []
  for (const file of files) {
    const old = known.get(file.fileName)
    if (old === file) continue
    if (old === undefined || isSeenByAll(old)) return undefined
    waiting.push(file)
  }
  const importers = importersIn(after as ResolvingProgram)
  const affected = new Set<ts.SourceFile>()
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (affected.has(file)) continue
    if (isSeenByAll(file)) return undefined
    affected.add(file)
    waiting.push(...(importers.get(file) ?? []))
  }
  return affected
}

function importersIn(program: ResolvingProgram): ReadonlyMap<ts.SourceFile, readonly ts.SourceFile[]> {
  const importers = new Map<ts.SourceFile, ts.SourceFile[]>()
  for (const file of program.getSourceFiles()) {
    for (const specifier of (file as BoundFile).imports ?? []) {
      const path = program.getResolvedModuleFromModuleSpecifier(specifier, file)?.resolvedModule?.resolvedFileName
      const imported = path === undefined ? undefined : program.getSourceFile(path)
      if (imported === undefined) continue
      const known = importers.get(imported)
      if (known === undefined) importers.set(imported, [file])
      else known.push(file)
    }
  }
  return importers
}

/** Scripts, and modules that add to what is global or to other modules. */
function isSeenByAll(file: ts.SourceFile): boolean {
  const { moduleAugmentations, ambientModuleNames } = file as BoundFile
  if (!ts.isExternalModule(file) || moduleAugmentations?.length || ambientModuleNames?.length || file.referencedFiles.length) return true
  return file.statements.some(ts.isNamespaceExportDeclaration)
}
