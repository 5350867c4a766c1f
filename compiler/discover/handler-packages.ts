import { ts } from 'ts-morph'

/** An installed package whose handlers are the app's. */
export interface HandlerPackage {
  /** As generated code imports it. */
  readonly specifier: string
  /** Whether there is a module of that name, with declarations or without. */
  readonly exists: boolean
  /** Its declarations, or its source in a workspace. */
  readonly file: ts.SourceFile | undefined
}

/** The declarations of packages, as the generated index resolves them; absolute. */
export function resolvePackages(
  specifiers: readonly string[],
  index: string,
  options: ts.CompilerOptions,
  host: ts.CompilerHost,
): readonly (Omit<HandlerPackage, 'file'> & { readonly declarations: string | undefined })[] {
  const mode = ts.getImpliedNodeFormatForFile(index, undefined, host, options)
  return specifiers.map((specifier) => {
    const { resolvedModule } = ts.resolveModuleName(specifier, index, options, host, undefined, undefined, mode)
    const isTyped = resolvedModule !== undefined && /^\.[cm]?tsx?$|^\.d\.[cm]?ts$/.test(resolvedModule.extension)
    return { specifier, exists: resolvedModule !== undefined, declarations: isTyped ? resolvedModule.resolvedFileName : undefined }
  })
}
