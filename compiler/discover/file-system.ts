import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'

/** The file system as the compiler asks for it. All paths are absolute, with forward slashes. */
export interface FileSystem {
  /** The bytes of a file; `undefined` if there is none that can be read. */
  readFile(path: string): Uint8Array | undefined
  /** What stands at a path; `undefined` for nothing. Links are followed. */
  kindOf(path: string): 'file' | 'directory' | undefined
  /** Entries of a directory by kind, in any order; empty if there is no such directory. */
  listDirectory(path: string): { readonly files: readonly string[]; readonly directories: readonly string[] }
  /** The path with its links followed; the path itself if there is nothing. */
  realPath(path: string): string
}

export type Listing = ReturnType<FileSystem['listDirectory']>

const sourceFile = /\.(?:[cm]?[jt]sx?|json)$/i

/**
 * What of a directory can matter to a compiler: a log, a swap file or the folder of a database, `.jasper`, that appears
 * beside the sources changes nothing.
 *
 * @param hidden  Folders whose name starts with a dot matter as well.
 */
export function sourcesOf({ files, directories }: Listing, hidden: boolean): Listing {
  return {
    files: files.filter((name) => sourceFile.test(name)),
    directories: hidden ? directories : directories.filter((name) => !name.startsWith('.')),
  }
}

/** The one form of {@link sourcesOf} a directory that is hashed: sorted names, those of directories with a slash behind. */
export function listingText(listing: Listing, hidden: boolean): string {
  const { files, directories } = sourcesOf(listing, hidden)
  return [...files, ...directories.map((name) => `${name}/`)].sort().join('\n')
}

/** The real file system. */
export const diskFileSystem: FileSystem = {
  readFile(path) {
    try {
      return readFileSync(path)
    } catch {
      return undefined
    }
  },
  kindOf(path) {
    try {
      const stats = statSync(path, { throwIfNoEntry: false })
      return stats?.isFile() ? 'file' : stats?.isDirectory() ? 'directory' : undefined
    } catch {
      // A folder above the project that may not be read holds nothing for us.
      return undefined
    }
  },
  listDirectory(path) {
    const files: string[] = []
    const directories: string[] = []
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        const kind = entry.isSymbolicLink() ? this.kindOf(`${path}/${entry.name}`) : entry.isFile() ? 'file' : 'directory'
        if (kind === 'file') files.push(entry.name)
        else if (kind === 'directory') directories.push(entry.name)
      }
    } catch {
      return { files: [], directories: [] }
    }
    return { files, directories }
  },
  realPath(path) {
    try {
      return realpathSync.native(path).replaceAll('\\', '/')
    } catch {
      return path
    }
  },
}
