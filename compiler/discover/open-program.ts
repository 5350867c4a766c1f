import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { Conventions, type NameSettings } from './conventions.ts'
import { libraryFolder, libraryText } from './default-libraries.ts'
import { globFiles } from './glob-files.ts'
import { HandlerChoice, type ChoiceSettings } from './handler-choice.ts'
import { resolvePackages, type HandlerPackage } from './handler-packages.ts'
import { ProgramMemory } from './program-memory.ts'
import type { RecordingHost } from './recording-host.ts'
import { parseHost, readTsconfig } from './read-tsconfig.ts'
import { diskFileSystem, type FileSystem } from './file-system.ts'
import { absolutePath, isInside } from './source-paths.ts'
import type { TypeRef } from './type-ref.ts'

export interface ProgramOptions extends NameSettings, ChoiceSettings {
  /** The project's folder, absolute: where the config is. All relative paths below start here. */
  readonly folder: string
  /** The config, relative to the folder: what it says that cannot be is shown there. */
  readonly configFile?: string | undefined
  /** Globs of the files that may hold handlers. */
  readonly handlers: readonly string[]
  /** Globs of the files whose marked types are messages. None when unsaid. */
  readonly messages?: readonly string[]
  /** Globs of the files whose exports are providers. None when unsaid. */
  readonly providers?: readonly string[]
  /** The file of global policies: its type says what shapes the generated code. None when unsaid. */
  readonly policies?: string | undefined
  /** Installed packages whose exported handlers are the app's. None when unsaid. */
  readonly packages?: readonly string[]
  /** Files whose default exports are plugins. None when unsaid. */
  readonly plugins?: readonly string[]
  /** The file of the routes. */
  readonly routes?: string | undefined
  /** Globs of the files whose middleware is for all handlers. None when unsaid. */
  readonly middleware?: readonly string[]
  /** Path of the tsconfig. */
  readonly tsconfig: string
  /** The folder of the generated code. It is never read: what is generated may not decide what is generated. */
  readonly output: string
  /** The disk when unsaid. */
  readonly fileSystem?: FileSystem
  /** Whether a parameter of this type receives a transaction, whose use is looked at. None when unsaid. */
  readonly isTransaction?: (type: TypeRef) => boolean
}

export interface OpenedProgram {
  /** Absolute, with forward slashes. */
  readonly root: string
  readonly program: ts.Program
  readonly checker: ts.TypeChecker
  /** Files that match the handler globs, sorted. */
  readonly handlerFiles: readonly ts.SourceFile[]
  /** Files that match the message globs, sorted. */
  readonly messageFiles: readonly ts.SourceFile[]
  /** Files that match the provider globs, sorted. */
  readonly providerFiles: readonly ts.SourceFile[]
  /** The file of global policies. */
  readonly policyFile: ts.SourceFile | undefined
  /** The packages of handlers that were found, in the order of the config. */
  readonly packages: readonly HandlerPackage[]
  /** The files of plugins, in the order of the config. */
  readonly pluginFiles: readonly ts.SourceFile[]
  /** Files that match the middleware globs, sorted. */
  readonly middlewareFiles: readonly ts.SourceFile[]
  /** Files that match the globs and that the disk does not let us read, absolute and sorted. */
  readonly unreadable: readonly string[]
  readonly host: RecordingHost
  /** Absolute. */
  readonly output: string
  readonly isTransaction: (type: TypeRef) => boolean
  readonly conventions: Conventions
  readonly choice: HandlerChoice
  /** Relative to the root; `undefined`: there is none. */
  readonly configFile: string | undefined
}

/**
 * Opens the user's program as its tsconfig says, with every question to the file system recorded in
 * `host`. `program` is undefined, and the bag says why, when the tsconfig cannot be read.
 */
export function openProgram(
  options: ProgramOptions,
  bag: DiagnosticBag,
  memory: ProgramMemory = new ProgramMemory(options.fileSystem ?? diskFileSystem),
): { readonly host: RecordingHost; readonly opened: OpenedProgram | undefined } {
  const { host } = memory
  const root = absolutePath('', options.folder)
  const output = absolutePath(root, options.output)
  const config = readTsconfig(host, root, options.tsconfig, bag)
  if (config === undefined) return { host, opened: undefined }

  const handlerPaths = globFiles(host, root, options.handlers, output)
  const messagePaths = globFiles(host, root, options.messages ?? [], output)
  const providerPaths = globFiles(host, root, options.providers ?? [], output)
  const middlewarePaths = globFiles(host, root, options.middleware ?? [], output)
  const policyPaths = options.policies === undefined ? [] : [absolutePath(root, options.policies)]
  const pluginPaths = (options.plugins ?? []).map((path) => absolutePath(root, path))
  // Imported for a question when there is one; what it says may change with every file that it imports.
  const routePaths = options.routes === undefined ? [] : [absolutePath(root, options.routes)]
  const choice = new HandlerChoice(options)
  const includedPaths = choice.inclusions.map(({ file }) => absolutePath(root, file)).filter((path) => host.fileExists(path))
  const named = [...new Set([...handlerPaths, ...includedPaths, ...messagePaths, ...providerPaths, ...middlewarePaths])].sort()
  const imported = [...policyPaths, ...pluginPaths, ...routePaths]
  const roots = [...new Set([...config.files, ...named, ...imported])].filter((path) => !isInside(output, path)).sort()
  const ownHost = compilerHost(memory, root, output)
  const resolvedPackages = resolvePackages(options.packages ?? [], `${output}/index.ts`, config.options, ownHost)
  const packagePaths = resolvedPackages.flatMap(({ declarations }) => declarations ?? [])
  const program = memory.createProgram({
    rootNames: [...new Set([...roots, ...packagePaths])].sort(),
    options: config.options,
    projectReferences: config.references,
    host: ownHost,
  })
  const filesAt = (paths: readonly string[]): readonly ts.SourceFile[] =>
    paths.map((path) => program.getSourceFile(path)).filter((file) => file !== undefined)
  const handlerFiles = filesAt(handlerPaths)
  const messageFiles = filesAt(messagePaths)
  const providerFiles = filesAt(providerPaths)
  const middlewareFiles = filesAt(middlewarePaths)
  const unreadable = named.filter((path) => host.readFile(path) === undefined)
  const [policyFile] = filesAt(policyPaths)
  const pluginFiles = filesAt(pluginPaths)
  const packages = resolvedPackages.map(({ declarations, ...one }): HandlerPackage => {
    return { ...one, file: filesAt(declarations === undefined ? [] : [declarations])[0] }
  })
  const { isTransaction = () => false } = options
  const files = { handlerFiles, messageFiles, providerFiles, middlewareFiles, policyFile, pluginFiles, packages, unreadable }
  const settings = { conventions: new Conventions(options), choice, configFile: options.configFile }
  return { host, opened: { root, program, checker: program.getTypeChecker(), ...files, ...settings, host, output, isTransaction } }
}

/** Not in the public type: sources of referenced projects are read instead of declarations that may not be built. */
type SourceOfReferences = ts.CompilerHost & { useSourceOfProjectReferenceRedirect(): boolean }

function compilerHost(memory: ProgramMemory, root: string, output: string): SourceOfReferences {
  const { host } = memory
  const generated = generatedIndex(output)
  const text = (path: string): string | undefined =>
    libraryText(path) ?? (isInside(output, path) ? generated.get(path) : host.readFile(path))
  const { readDirectory } = parseHost(host)
  return {
    readDirectory: (...question) => [...readDirectory(...question)],
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCanonicalFileName: (path) => (ts.sys.useCaseSensitiveFileNames ? path : path.toLowerCase()),
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
    getDefaultLibFileName: (options) => `${libraryFolder}/${ts.getDefaultLibFileName(options)}`,
    getDefaultLibLocation: () => libraryFolder,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    getSourceFile: (path, versionOrOptions) => memory.sourceFile(path, text(path), versionOrOptions),
    readFile: text,
    fileExists: (path) => {
      if (path.startsWith(libraryFolder)) return libraryText(path) !== undefined
      return isInside(output, path) ? generated.has(path) : host.fileExists(path)
    },
    directoryExists: (path) => isInside(path, output) || (!isInside(output, path) && host.directoryExists(path)),
    getDirectories: (path) => (isInside(output, path) ? [] : [...host.listDirectory(path).directories].sort()),
    realpath: (path) => (isInside(output, path) || path.startsWith(libraryFolder) ? path : host.realPath(path)),
    useSourceOfProjectReferenceRedirect: () => true,
    writeFile: () => {},
  }
}

/**
 * The little of the generated index that handlers may use, so that it is known before the first
 * build and whatever stands on disk.
 */
function generatedIndex(output: string): ReadonlyMap<string, string> {
  const text = "import type { MessageContext } from 'jasper-runtime'\nexport type Context = MessageContext\n"
  return new Map([[`${output}/index.ts`, text]])
}
