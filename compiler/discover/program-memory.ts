import { ts } from 'ts-morph'
import type { FileSystem } from './file-system.ts'
import { RecordingHost, type ChangedAnswer } from './recording-host.ts'

/**
 * What a session keeps from one run to the next: the answers of the disk, the files that were parsed from them, and the
 * program that was made of these. A single run has a memory of its own.
 *
 * The compiler takes over from an old program how its imports were resolved, and asks nothing again. That is right while
 * files change their contents alone; where one came or went, the old program is forgotten, and the parsed files are kept.
 */
export class ProgramMemory {
  readonly host: RecordingHost
  readonly #files = new Map<string, RememberedFile>()
  #program: ts.Program | undefined
  #before: ts.Program | undefined
  #options = ''

  constructor(fileSystem: FileSystem) {
    this.host = new RecordingHost(fileSystem)
  }

  /**
   * Takes note of what has changed on the disk at these paths, or below them. `lost`: the change reaches further than
   * sources, to options or packages, and what follows needs a memory of its own.
   */
  refresh(paths: Iterable<string>): { readonly changes: readonly ChangedAnswer[]; readonly lost: boolean } {
    const changes = this.host.refresh(paths)
    if (changes.some(({ kind }) => kind !== 'changed')) this.#program = undefined
    return { changes, lost: changes.some(({ path }) => path.endsWith('.json') || path.includes('/node_modules/')) }
  }

  /** The program that the present one was made from; `undefined` where it was made anew. */
  get before(): ts.Program | undefined {
    return this.#before
  }

  /** The program of these options, with as much of the one before as is still true. */
  createProgram(options: ts.CreateProgramOptions): ts.Program {
    const said = JSON.stringify([options.options, options.projectReferences])
    if (said !== this.#options) {
      // How a file is bound depends on the options.
      this.#program = undefined
      this.#files.clear()
    }
    this.#options = said
    this.#before = this.#program
    this.#program = ts.createProgram(this.#before === undefined ? options : { ...options, oldProgram: this.#before })
    return this.#program
  }

  /** The parsed file: the same object as long as it has the same text. */
  sourceFile(
    path: string,
    text: string | undefined,
    versionOrOptions: ts.ScriptTarget | ts.CreateSourceFileOptions,
  ): ts.SourceFile | undefined {
    if (text === undefined) return undefined
    const options = typeof versionOrOptions === 'object' ? versionOrOptions : { languageVersion: versionOrOptions }
    const known = this.#files.get(path)
    if (known?.text === text && known.format === options.impliedNodeFormat) return known.file
    const file = parse(path, text, options)
    this.#files.set(path, { text, format: options.impliedNodeFormat, file })
    return file
  }
}

interface RememberedFile {
  readonly text: string
  readonly format: ts.ResolutionMode
  readonly file: ts.SourceFile
}

/** JSDoc costs a tenth of the parsing and only JavaScript has types in it; our tags are read as comments. */
function parse(path: string, text: string, options: ts.CreateSourceFileOptions): ts.SourceFile {
  const jsDocParsingMode = /\.[cm]?jsx?$/.test(path) ? ts.JSDocParsingMode.ParseAll : ts.JSDocParsingMode.ParseNone
  return ts.createSourceFile(path, text, { ...options, jsDocParsingMode }, false)
}
