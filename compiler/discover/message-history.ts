import type { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredMessage } from './discovered.ts'
import { findUpcasts, type FoundUpcast } from './find-upcasts.ts'
import type { OpenedProgram } from './open-program.ts'
import { isOwnFile, originOfSymbol } from './type-origin.ts'

/** One step of a message's history. */
export interface HistoryStep {
  readonly version: number
  readonly to: number
  readonly upcast: FoundUpcast
}

/**
 * From the functions called `upcast…` to the versions of each message: which types it had before, and how
 * one leads to the next. What does not lead to the version of today is reported.
 */
export class MessageHistory {
  readonly #project: OpenedProgram
  readonly #bag: DiagnosticBag
  readonly #versionOf: (symbol: ts.Symbol) => number
  readonly #files = new Map<ts.SourceFile, readonly FoundUpcast[]>()
  readonly #used = new Set<FoundUpcast>()

  constructor(project: OpenedProgram, bag: DiagnosticBag, versionOf: (symbol: ts.Symbol) => number) {
    this.#project = project
    this.#bag = bag
    this.#versionOf = versionOf
  }

  /** @param isMessage  Whether a type is handled or sent as it is, rather than upcast. */
  of(symbol: ts.Symbol, { name, version }: DiscoveredMessage, isMessage: (symbol: ts.Symbol) => boolean): readonly HistoryStep[] {
    const steps = new Map<number, HistoryStep>()
    const versions = new Map([[symbol, version]])
    const waiting = [symbol]
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const to = versions.get(target) ?? version
      for (const upcast of this.#into(target)) {
        this.#used.add(upcast)
        const from = this.#versionOf(upcast.from.symbol)
        const label = upcast.export
        const about = { function: label, name, version: String(from), to: String(to) }
        const first = steps.get(from)
        if (versions.has(upcast.from.symbol) || from >= to) {
          this.#bag.report('JG2022', about, { span: upcast.span, label: 'leads back' })
        } else if (first !== undefined) {
          const notes = [{ span: first.upcast.span, message: 'the other one is here' }]
          this.#bag.report('JG2021', about, { span: upcast.span, label: 'the second one', notes })
        } else if (isMessage(upcast.from.symbol)) {
          this.#bag.report('JG2024', { type: upcast.from.symbol.name, name }, { span: upcast.span, label: 'of a message of its own' })
        } else {
          steps.set(from, { version: from, to, upcast })
          versions.set(upcast.from.symbol, from)
          waiting.push(upcast.from.symbol)
        }
      }
    }
    this.#reportGaps(name, version, steps)
    return [...steps.values()]
  }

  /** Upcasts whose target is no message, and no version of one. To be called at the end. */
  reportUnused(messages: Iterable<ts.Symbol>): void {
    for (const symbol of messages) {
      for (const file of this.#filesOf(symbol)) {
        for (const upcast of this.#in(file)) {
          if (this.#used.has(upcast)) continue
          const reason = `${upcast.to.name}, which it returns, is neither a message nor a version of one`
          this.#bag.report('JG2020', { function: upcast.export, reason }, { span: upcast.span, label: 'leads nowhere' })
        }
      }
    }
  }

  /** From the oldest version that can be upcast on, none may be missing: its messages would have no way on. */
  #reportGaps(name: string, version: number, steps: ReadonlyMap<number, HistoryStep>): void {
    const oldest = Math.min(version, ...steps.keys())
    for (let missing = oldest + 1; missing < version; missing += 1) {
      const before = steps.get(missing - 1)
      if (steps.has(missing) || before === undefined) continue
      const values = { name, missing: String(missing), oldest: String(oldest) }
      this.#bag.report('JG2023', values, { span: before.upcast.span, label: `and version ${missing}?` })
    }
  }

  #into(target: ts.Symbol): readonly FoundUpcast[] {
    return [...this.#filesOf(target)].flatMap((file) => this.#in(file)).filter((upcast) => upcast.to === target)
  }

  #in(file: ts.SourceFile): readonly FoundUpcast[] {
    const known = this.#files.get(file) ?? findUpcasts(this.#project, file, this.#bag)
    this.#files.set(file, known)
    return known
  }

  #filesOf(symbol: ts.Symbol): ReadonlySet<ts.SourceFile> {
    const files = (symbol.declarations ?? [originOfSymbol(this.#project, symbol)?.declaration]).map((one) => one?.getSourceFile())
    return new Set(files.filter((file) => file !== undefined && isOwnFile(this.#project, file)) as ts.SourceFile[])
  }
}
