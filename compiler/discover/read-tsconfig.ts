import { matchFiles } from '@ts-morph/common'
import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { RecordingHost } from './recording-host.ts'
import { absolutePath, foldersUpFrom, relativePath } from './source-paths.ts'
import { spanOfText } from './source-span-of.ts'

/** What the user's tsconfig asks for, with the defaults of the user's TypeScript. */
export interface ProjectConfig {
  readonly options: ts.CompilerOptions
  /** Absolute and sorted. */
  readonly files: readonly string[]
  readonly references: readonly ts.ProjectReference[]
}

/** Problems of the kind that leave the options unknown; all others concern `tsc` alone. */
const unreadable = (code: number) => code < 2000 || [5024, 5083, 5092, 6053, 18000].includes(code)
/** `Argument for '--lib' option must be …`, and the same for any option with named values. */
const unknownValue = 6046

/** Reads a tsconfig with all that it extends. `undefined`, with a diagnostic, if that cannot be done. */
export function readTsconfig(host: RecordingHost, root: string, tsconfig: string, bag: DiagnosticBag): ProjectConfig | undefined {
  const path = absolutePath(root, tsconfig)
  const file = relativePath(root, path)
  if (!host.fileExists(path)) {
    bag.report('JG0001', { file }, { span: undefined })
    return undefined
  }
  if (host.readFile(path) === undefined) {
    bag.report('JG0002', { file, reason: 'the file cannot be opened' }, { span: undefined, help: 'check the permissions of the file' })
    return undefined
  }
  const parsed = parse(host, path)
  let failed = false
  for (const error of parsed.errors) {
    const reason = sentence(error)
    const span = error.file && spanOfText(root, error.file.fileName, error.file.text, error.start ?? 0, error.length ?? 1)
    if (error.code === unknownValue) {
      // TypeScript's own sentence lists every value that it knows, which is a page.
      const [, option] = /--(lib|target)\b/.exec(reason) ?? []
      if (option !== undefined) bag.report('JG0003', { file, reason: `this value of \`${option}\` is not known here` }, { span })
    } else if (unreadable(error.code)) {
      bag.report('JG0002', { file, reason }, { span })
      failed = true
    }
  }
  if (failed) return undefined

  const newest = parsed.errors.filter((error) => error.code === unknownValue).map(sentence)
  const options = withDefaults(parsed.options, majorOfTypeScript(host, root))
  if (newest.some((reason) => reason.includes('--target'))) options.target = ts.ScriptTarget.ESNext
  if (newest.some((reason) => reason.includes('--lib'))) options.lib = ['lib.esnext.d.ts', ...(options.lib ?? [])]
  return { options, files: [...parsed.fileNames].sort(), references: parsed.projectReferences ?? [] }
}

function parse(host: RecordingHost, path: string): ts.ParsedCommandLine {
  const configHost = parseHost(host)
  const source = ts.readJsonConfigFile(path, (file) => host.readFile(file))
  const folder = path.slice(0, path.lastIndexOf('/'))
  const parsed = ts.parseJsonSourceFileConfigFileContent(source, configHost, folder, undefined, path)
  const syntax = (source as unknown as { readonly parseDiagnostics?: readonly ts.Diagnostic[] }).parseDiagnostics ?? []
  return { ...parsed, errors: [...new Set([...syntax, ...parsed.errors])] }
}

/** The questions that reading a tsconfig asks, put to the recording host. */
export function parseHost(host: RecordingHost): ts.ParseConfigHost {
  return {
    useCaseSensitiveFileNames: ts.sys.useCaseSensitiveFileNames,
    fileExists: (path) => host.fileExists(path),
    readFile: (path) => host.readFile(path),
    readDirectory: (folder, extensions, excludes, includes, depth) => readDirectory(host, folder, extensions, excludes, includes, depth),
  }
}

function readDirectory(
  host: RecordingHost,
  folder: string,
  extensions: readonly string[],
  excludes: readonly string[] | undefined,
  includes: readonly string[],
  depth?: number,
): string[] {
  // Frameworks keep generated types in folders like `.next/types`; a tsconfig that wants them names them.
  const hidden = includes.some((glob) => /(?:^|\/)\.[^./]/.test(glob))
  return matchFiles(
    folder,
    extensions,
    excludes ?? [],
    includes,
    ts.sys.useCaseSensitiveFileNames,
    folder,
    depth,
    (path) => {
      const entries = host.listDirectory(path, hidden)
      return { files: [...entries.files].sort(), directories: [...entries.directories].sort() }
    },
    (path) => host.realPath(path),
    (path) => host.directoryExists(path),
  )
}

/**
 * TypeScript 6 changed defaults. A project that still compiles with 5 means the old ones: without
 * them optional members and ambient types would differ from what its own compiler sees.
 */
function withDefaults(options: ts.CompilerOptions, major: number): ts.CompilerOptions {
  const result: ts.CompilerOptions & { stableTypeOrdering?: boolean } = {
    ...options,
    noEmit: true,
    composite: false,
    incremental: false,
    skipLibCheck: true,
    stableTypeOrdering: true,
  }
  delete result.tsBuildInfoFile
  if (major < 6) {
    result.strict ??= false
    result.types ??= ['*']
    result.target ??= ts.ScriptTarget.ES5
    result.module ??= result.target >= ts.ScriptTarget.ES2015 ? ts.ModuleKind.ES2015 : ts.ModuleKind.CommonJS
    if (result.module === ts.ModuleKind.CommonJS) result.moduleResolution ??= ts.ModuleResolutionKind.Node10
  }
  return result
}

/** The major version of the TypeScript that the project uses; the compiler's own where it has none. */
function majorOfTypeScript(host: RecordingHost, root: string): number {
  for (const folder of foldersUpFrom(root)) {
    const path = `${folder}/node_modules/typescript/package.json`
    const version = host.fileExists(path) ? /"version"\s*:\s*"(\d+)\./.exec(host.readFile(path) ?? '') : null
    if (version) return Number(version[1])
  }
  return Number(ts.versionMajorMinor.split('.')[0])
}

function sentence(error: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(error.messageText, ' ').replace(/\.$/, '')
}
