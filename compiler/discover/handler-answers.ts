import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { affectedFiles } from './affected-files.ts'
import type { FoundHandler } from './found-handler.ts'
import type { MessageTable } from './message-table.ts'
import type { OpenedProgram } from './open-program.ts'
import type { ReadHandler } from './read-handler.ts'
import type { TableEntries, TableTrace } from './table-entries.ts'
import type { TypeImport } from './type-ref.ts'
import { answersOfAllFiles, askAllFiles, type ImportsByFile, type WideAnswer } from './type-import.ts'

/**
 * What was read of handlers, kept from one program of a session to the next.
 *
 * Reading a handler is a function of three things: what the names in its file mean, the tables of messages and shapes (of which
 * it asks whether one is in them, and adds it where it is not), and, for a few types, every import of the project. So an answer
 * is used again where the file is not among the {@link affectedFiles}, where all that it found in the tables is in them and
 * nothing is that it added, and where the questions about all files, of which it asked a few, have the answers that they had.
 * What it added and reported is then done again, without asking the checker, whose types belong to one program; symbols and
 * nodes belong to the parsed file and live on with it.
 */
export class HandlerAnswers {
  #kept = new Map<ts.SourceFile, Map<string, Answer>>()
  #program: ts.Program | undefined
  /** What the present program answers about all files. */
  readonly #wide = new Map<ts.Declaration, string>()
  /** How files import types of packages. Holds for a file until it is affected. */
  #imports = new Map<ts.Declaration, ImportsByFile>()
  #repeated = 0

  /**
   * To be called with each program before its handlers are read.
   *
   * @param before  The program that it was made from; with another one, or none, imports may lead elsewhere, and all is forgotten.
   */
  begin(program: ts.Program, before: ts.Program | undefined): void {
    const affected = before === undefined || before !== this.#program ? undefined : affectedFiles(before, program)
    if (affected === undefined) {
      this.#kept = new Map()
      this.#imports = new Map()
    }
    for (const file of affected ?? []) {
      this.#kept.delete(file)
      for (const known of this.#imports.values()) known.delete(file)
    }
    this.#program = program
    this.#wide.clear()
    this.#repeated = 0
  }

  /** How many answers about the present program were kept ones. */
  get repeated(): number {
    return this.#repeated
  }

  /** The kept answer where it holds, else that of `read`. */
  answer(
    project: OpenedProgram,
    found: FoundHandler,
    messages: MessageTable,
    bag: DiagnosticBag,
    read: () => ReadHandler | undefined,
  ): ReadHandler | undefined {
    const inFile = this.#kept.get(found.file) ?? new Map<string, Answer>()
    this.#kept.set(found.file, inFile)
    const key = JSON.stringify([found.function.kind, found.label, found.span])
    const known = inFile.get(key)
    if (known !== undefined && messages.isAsBefore(known.trace) && this.#isAnsweredAlike(project, known.wide)) {
      this.#repeated += 1
      return repeat(project, known, messages, bag)
    }
    inFile.delete(key)

    const asked = answersOfAllFiles(project).length
    const trace: TableTrace = { found: new Set(), added: new Set() }
    const { result, diagnostics } = bag.listen(() => messages.record(trace, read))
    const entries = messages.entriesOf(trace)
    const wide = answersOfAllFiles(project).slice(asked)
    if (entries !== undefined && isRepeatable(project, result) && this.#isAnsweredAlike(project, wide)) {
      inFile.set(key, { trace, entries, diagnostics, wide, read: result })
    }
    return result
  }

  #isAnsweredAlike(project: OpenedProgram, wide: readonly WideAnswer[]): boolean {
    return wide.every(({ declaration, answer }) => {
      let now = this.#wide.get(declaration)
      if (now === undefined) {
        const known = this.#imports.get(declaration) ?? new Map<ts.SourceFile, TypeImport | undefined>()
        this.#imports.set(declaration, known)
        now = askAllFiles(project, declaration, known)
        this.#wide.set(declaration, now)
      }
      return now === answer
    })
  }
}

interface Answer {
  readonly trace: TableTrace
  readonly entries: TableEntries
  /** All that was reported, again if it had been reported before. */
  readonly diagnostics: readonly Diagnostic[]
  readonly wide: readonly WideAnswer[]
  readonly read: ReadHandler | undefined
}

/** Whether what a handler takes can be found again by its declaration, and says nothing later. */
function isRepeatable({ checker }: OpenedProgram, read: ReadHandler | undefined): boolean {
  const taken = read?.taken ?? []
  return taken.every(({ type, base, message }) => message !== undefined && isOfFile(base) && checker.getDeclaredTypeOfSymbol(base) === type)
}

/** A symbol that the checker has made, of declarations in several places, belongs to its program. */
function isOfFile(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Transient) === 0
}

function repeat({ checker }: OpenedProgram, answer: Answer, messages: MessageTable, bag: DiagnosticBag): ReadHandler | undefined {
  messages.restore(answer.entries)
  for (const diagnostic of answer.diagnostics) bag.add(diagnostic)
  if (answer.read === undefined) return undefined
  const { handler, taken } = answer.read
  return { handler, taken: taken.map((one) => ({ ...one, type: checker.getDeclaredTypeOfSymbol(one.base) })) }
}
