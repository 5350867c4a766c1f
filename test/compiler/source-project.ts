import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts'
import { discoverHandlers, type Discovery } from '../../compiler/discover/discover-handlers.ts'
import type { FileSystem } from '../../compiler/discover/file-system.ts'

/** What a test's project starts from: a strict tsconfig without ambient types. */
export const strictTsconfig = JSON.stringify({
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  include: ['src'],
})

/** A disk that holds these files by absolute path, and links from one path to another. */
export function memoryFileSystem(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}): FileSystem {
  const follow = (path: string): string => {
    const link = Object.keys(links).find((from) => path === from || path.startsWith(`${from}/`))
    return link === undefined ? path : (links[link] ?? '') + path.slice(link.length)
  }
  const paths = Object.keys(files)
  return {
    readFile: (path) => {
      const text = files[follow(path)]
      return text === undefined ? undefined : new TextEncoder().encode(text)
    },
    kindOf: (path) => {
      const real = follow(path)
      if (real in files) return 'file'
      return [...paths, ...Object.keys(links)].some((one) => one.startsWith(`${real}/`)) ? 'directory' : undefined
    },
    listDirectory: (path) => {
      const inside = paths.filter((one) => one.startsWith(`${follow(path)}/`)).map((one) => one.slice(follow(path).length + 1).split('/'))
      const directories = inside.filter((parts) => parts.length > 1).map(([name = '']) => name)
      return { files: inside.filter((parts) => parts.length === 1).map(([name = '']) => name), directories: [...new Set(directories)] }
    },
    realPath: follow,
  }
}

/** A disk whose files change: each question is answered by what `files` holds then. */
export function changingFileSystem(files: Readonly<Record<string, string>>): FileSystem {
  return {
    readFile: (path) => memoryFileSystem(files).readFile(path),
    kindOf: (path) => memoryFileSystem(files).kindOf(path),
    listDirectory: (path) => memoryFileSystem(files).listDirectory(path),
    realPath: (path) => path,
  }
}

export interface SourceProject extends Discovery {
  readonly diagnostics: readonly Diagnostic[]
  /** `JG2002 src/messages.ts:3:9 PlaceOrder.done: a function cannot travel` */
  readonly said: readonly string[]
}

/** Discovers in a project in `/shop`, whose files are given relative to it. */
export function discoverIn(
  files: Readonly<Record<string, string>>,
  outside: { readonly files?: Readonly<Record<string, string>>; readonly links?: Readonly<Record<string, string>> } = {},
): SourceProject {
  const all = Object.entries({ 'tsconfig.json': strictTsconfig, ...files }).map(([path, text]) => [`/shop/${path}`, text])
  const fileSystem = memoryFileSystem({ ...(Object.fromEntries(all) as Record<string, string>), ...outside.files }, outside.links)
  return discoverOn(fileSystem)
}

export function discoverOn(fileSystem: FileSystem): SourceProject {
  const bag = new DiagnosticBag()
  const settings = { folder: '/shop', handlers: ['src/**/*.handler.{ts,mts}'], tsconfig: 'tsconfig.json', output: 'src/generated/jasper' }
  const discovery = discoverHandlers({ ...settings, fileSystem }, bag)
  const diagnostics = bag.list()
  const said = diagnostics.map(({ code, message, span }) => `${code} ${span ? `${span.file}:${span.line}:${span.column} ` : ''}${message}`)
  return { ...discovery, diagnostics, said }
}
