import { hash } from 'node:crypto'
import { parentOf } from './source-paths.ts'
import { listingText, sourcesOf, type FileSystem, type Listing } from './file-system.ts'

/**
 * Everything that was learned from the file system, each list sorted by path. If all of it is the
 * same again, so is the result.
 */
export interface Observations {
  /** Files read, with the SHA-256 of their bytes in hexadecimal. */
  readonly files: readonly { readonly path: string; readonly hash: string }[]
  /** Paths that were asked for and found, by kind; their contents did not matter. */
  readonly present: readonly { readonly path: string; readonly kind: 'file' | 'directory' }[]
  /** Paths that were asked for as a file or a directory, and were not. */
  readonly absent: readonly { readonly path: string; readonly kind: 'file' | 'directory' }[]
  /** Directories listed, with the SHA-256 of {@link listingText}; with `hidden`, hidden folders in them were asked for too. */
  readonly directories: readonly { readonly path: string; readonly hash: string; readonly hidden?: true }[]
  /** Paths that were followed through links, and where they led: most lead to themselves, until somebody links them. */
  readonly links: readonly { readonly path: string; readonly target: string }[]
}

/** An answer that is no longer what it was. */
export interface ChangedAnswer {
  /** Absolute, with forward slashes. */
  readonly path: string
  /** Other contents; there now, or gone; other entries of a directory; a link that leads elsewhere. */
  readonly kind: 'changed' | 'added' | 'removed' | 'listing' | 'link'
}

/** A file system that answers each question once and remembers the answers. */
export class RecordingHost {
  readonly #fileSystem: FileSystem
  readonly #texts = new Map<string, { readonly text: string; readonly hash: string } | undefined>()
  readonly #kinds = new Map<string, 'file' | 'directory' | undefined>()
  readonly #asked = new Map<string, 'file' | 'directory'>()
  readonly #listings = new Map<string, Listing>()
  readonly #hiddenListings = new Map<string, Listing>()
  readonly #links = new Map<string, string>()

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem
  }

  readFile(path: string): string | undefined {
    if (!this.#texts.has(path)) {
      const bytes = this.#fileSystem.readFile(path)
      this.#texts.set(path, bytes && { text: decodeText(bytes), hash: hash('sha256', bytes, 'hex') })
    }
    return this.#texts.get(path)?.text
  }

  fileExists(path: string): boolean {
    return this.#ask(path, 'file')
  }

  directoryExists(path: string): boolean {
    return this.#ask(path, 'directory')
  }

  /** Source files and folders of a directory, in any order; folders whose name starts with a dot only with `hidden`. */
  listDirectory(path: string, hidden = false): Listing {
    const known = hidden ? this.#hiddenListings : this.#listings
    let listing = known.get(path)
    if (listing === undefined) known.set(path, (listing = sourcesOf(this.#fileSystem.listDirectory(path), hidden)))
    return listing
  }

  realPath(path: string): string {
    let target = this.#links.get(path)
    if (target === undefined) this.#links.set(path, (target = this.#fileSystem.realPath(path)))
    return target
  }

  /**
   * Puts the questions about these paths again, and those about all that lies below them. Answers that differ are
   * named, and forgotten: whoever asks next gets the new one.
   */
  refresh(paths: Iterable<string>): readonly ChangedAnswer[] {
    const changes = new Map<string, ChangedAnswer>()
    for (const path of this.#concerned(paths)) {
      const kind = this.#differenceAt(path)
      if (kind !== undefined) changes.set(path, { path, kind })
    }
    return [...changes.values()].sort(byPath)
  }

  /** Folders that were listed, and those of files that were read. */
  folders(): ReadonlySet<string> {
    const folders = new Set([...this.#listings.keys(), ...this.#hiddenListings.keys()])
    for (const [path, read] of this.#texts) if (read !== undefined) folders.add(parentOf(path))
    return folders
  }

  /** All paths that were ever asked for. */
  asked(): ReadonlySet<string> {
    const all = [this.#texts, this.#kinds, this.#listings, this.#hiddenListings, this.#links]
    return new Set(all.flatMap((known) => [...known.keys()]))
  }

  observations(): Observations {
    const files: Observations['files'][number][] = []
    const absent: Observations['absent'][number][] = []
    const present: Observations['present'][number][] = []
    for (const [path, read] of this.#texts) {
      if (read) files.push({ path, hash: read.hash })
      else absent.push({ path, kind: 'file' })
    }
    for (const [question, kind] of this.#asked) {
      const path = question.slice(question.indexOf(':') + 1)
      if (this.#texts.has(path) && kind === 'file') continue
      const list = this.#kinds.get(path) === kind ? present : absent
      list.push({ path, kind })
    }
    return {
      files: files.sort(byPath),
      present: present.sort(byPath),
      absent: absent.sort(byPath),
      directories: [
        ...[...this.#listings].map(([path, listing]) => ({ path, hash: hash('sha256', listingText(listing, false), 'hex') })).sort(byPath),
        ...[...this.#hiddenListings]
          .map(([path, listing]) => ({ path, hash: hash('sha256', listingText(listing, true), 'hex'), hidden: true as const }))
          .sort(byPath),
      ],
      links: [...this.#links].map(([path, target]) => ({ path, target })).sort(byPath),
    }
  }

  /** The paths, the folders that they are in, and everything below those that are no files. */
  #concerned(paths: Iterable<string>): ReadonlySet<string> {
    const concerned = new Set<string>()
    const folders: string[] = []
    for (const path of paths) {
      concerned.add(path).add(parentOf(path))
      if (this.#texts.get(path) === undefined && this.#fileSystem.kindOf(path) !== 'file') folders.push(`${path}/`)
    }
    if (folders.length > 0) for (const path of this.asked()) if (folders.some((folder) => path.startsWith(folder))) concerned.add(path)
    return concerned
  }

  #differenceAt(path: string): ChangedAnswer['kind'] | undefined {
    const found: ChangedAnswer['kind'][] = []
    if (this.#texts.has(path)) {
      const before = this.#texts.get(path)
      const bytes = this.#fileSystem.readFile(path)
      if ((bytes && hash('sha256', bytes, 'hex')) !== before?.hash) {
        this.#texts.delete(path)
        found.push(before === undefined ? 'added' : bytes === undefined ? 'removed' : 'changed')
      }
    }
    if (this.#kinds.has(path)) {
      const kind = this.#fileSystem.kindOf(path)
      if (kind !== this.#kinds.get(path)) {
        this.#kinds.delete(path)
        found.push(kind === undefined ? 'removed' : 'added')
      }
    }
    for (const [known, hidden] of [[this.#listings, false], [this.#hiddenListings, true]] as const) {
      const before = known.get(path)
      if (before === undefined || listingText(before, hidden) === listingText(this.#fileSystem.listDirectory(path), hidden)) continue
      known.delete(path)
      found.push('listing')
    }
    const target = this.#links.get(path)
    if (target !== undefined && target !== this.#fileSystem.realPath(path)) {
      this.#links.delete(path)
      found.push('link')
    }
    // Existence says more than contents, and both more than a link that leads nowhere for that reason.
    return found.find((kind) => kind === 'added' || kind === 'removed') ?? found[0]
  }

  #ask(path: string, kind: 'file' | 'directory'): boolean {
    if (!this.#kinds.has(path)) this.#kinds.set(path, this.#fileSystem.kindOf(path))
    this.#asked.set(`${kind}:${path}`, kind)
    return this.#kinds.get(path) === kind
  }
}

/** UTF-8, or UTF-16 where a byte order mark says so, as TypeScript reads files. */
function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder('utf-8').decode(bytes)
}

function byPath(a: { path: string; kind?: string }, b: { path: string; kind?: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : (a.kind ?? '') < (b.kind ?? '') ? -1 : 1
}
