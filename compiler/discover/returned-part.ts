import type { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { ReturnAlternative, ReturnedSideEffect, ReturnWrapper } from './discovered.ts'
import type { FoundHandler } from './found-handler.ts'
import { lacksParts } from './lacks-parts.ts'
import { messageSymbol } from './message-symbol.ts'
import type { MessageTable } from './message-table.ts'
import type { OpenedProgram } from './open-program.ts'
import { readSideEffect, type ReadSideEffect } from './read-side-effect.ts'
import type { ReturnPlace } from './return-place.ts'
import { executeOf, nameInRuntime, unwrapped } from './returned-types.ts'
import { compareText } from './shape-order.ts'
import { tellApart, type Alternative } from './tell-apart.ts'
import { isErrorType, membersOf } from './type-facts.ts'

/** What one returned value, or one element of a list, may be. */
export interface ReturnedPart {
  readonly alternatives: readonly ReturnAlternative[]
  readonly sideEffects?: readonly ReturnedSideEffect[]
}

interface ReturnedMessage extends Alternative {
  readonly wrapper: ReturnWrapper | undefined
}

/** Reads the members of a returned union: messages, messages in wrappers, side effects. */
export class ReturnedPartReader {
  readonly #project: OpenedProgram
  readonly #handler: FoundHandler
  readonly #place: ReturnPlace
  readonly #messages: MessageTable
  readonly #bag: DiagnosticBag

  constructor(project: OpenedProgram, handler: FoundHandler, place: ReturnPlace, messages: MessageTable, bag: DiagnosticBag) {
    this.#project = project
    this.#handler = handler
    this.#place = place
    this.#messages = messages
    this.#bag = bag
  }

  /** `undefined` where one of them is none of these: what is left would be told apart from too few others. */
  read(types: readonly ts.Type[]): ReturnedPart | undefined {
    const messages: ReturnedMessage[] = []
    const effects: ReadSideEffect[] = []
    let complete = true
    for (const type of types) {
      if (executeOf(this.#project, type) === undefined) {
        const found = this.#alternatives(type)
        complete = complete && found !== undefined
        messages.push(...(found ?? []))
      } else {
        const effect = readSideEffect(this.#project, this.#handler, type, this.#place, this.#bag)
        if (effect !== undefined) effects.push(effect)
        complete = complete && effect !== undefined
      }
    }
    if (!complete || messages.length + effects.length === 0) return undefined
    const wrappers = [...new Set(messages.map(({ wrapper }) => wrapper))]
    // Each wrapper is a sign of its own: only what is in one of the same kind has to differ besides.
    const groups = wrappers.map((wrapper) => this.#group(messages, wrapper))
    const effectTests = this.#testsOf(effects)
    if (effectTests === undefined || groups.some((group) => group === undefined)) return undefined
    const alternatives = groups.flatMap((group) => group ?? []).sort(byNameThenWrapper)
    if (effects.length === 0) return { alternatives }
    const sorted = [...new Map(effects.map((effect) => [effect.name, effect])).values()].sort((a, b) => compareText(a.name, b.name))
    const sideEffects = sorted.map(({ effect, name }) => ({ ...effect, test: effectTests.get(name) ?? { kind: 'only' as const } }))
    return { alternatives, sideEffects }
  }

  #group(messages: readonly ReturnedMessage[], wrapper: ReturnWrapper | undefined): readonly ReturnAlternative[] | undefined {
    const tests = this.#testsOf(messages.filter((one) => one.wrapper === wrapper))
    return tests && [...tests].map(([message, test]) => ({ message, ...(wrapper && { wrapper }), test }))
  }

  #testsOf(alternatives: readonly Alternative[]): ReturnType<typeof tellApart>['tests'] | undefined {
    const { tests, ambiguous } = tellApart(this.#project, alternatives)
    if (ambiguous === undefined) return tests
    const [alternative = ambiguous] = ambiguous.split('\n')
    const { span, text } = this.#place
    this.#bag.report('JG1021', { handler: this.#handler.label, type: text, alternative }, { span, label: 'which one?' })
    return undefined
  }

  /** The messages of one member: several where a wrapper holds a union. */
  #alternatives(type: ts.Type): readonly ReturnedMessage[] | undefined {
    const wrapped = unwrapped(this.#project, type)
    if (wrapped === undefined) {
      const name = this.#message(type)
      return name === undefined ? undefined : [{ name, type, wrapper: undefined }]
    }
    const found: ReturnedMessage[] = []
    for (const inner of membersOf(wrapped.inner)) {
      const { checker } = this.#project
      const isOther = checker.isArrayType(inner) || checker.isTupleType(inner) || unwrapped(this.#project, inner) !== undefined
      if (isOther) this.#refuse('JG1051', type, 'one message?')
      const name = isOther ? undefined : this.#message(inner)
      if (name === undefined) return undefined
      found.push({ name, type: inner, wrapper: wrapped.wrapper })
    }
    return found
  }

  #message(type: ts.Type): string | undefined {
    if (nameInRuntime(this.#project, type) === 'Envelope') return this.#refuse('JG1050', type, 'made by the runtime')
    const node = this.#place.nodeOf(type)
    const span = this.#place.spanOf(type)
    const found = messageSymbol(this.#project, type, node)
    const path = `${this.#handler.label} → return`
    if (found.kind === 'message') {
      return this.#messages.add(found.type, found.symbol, { usedIn: this.#handler.file, span: this.#place.span, path })
    }
    const handler = this.#handler.label
    if (this.#place.annotation === undefined && (isErrorType(type) || found.reason === 'open')) {
      this.#bag.report('JG1019', { handler }, { span: this.#place.span, label: 'returns what?' })
    } else if (found.reason === 'unresolved') {
      if (lacksParts(this.#project, node, path, this.#bag)) return undefined
      this.#bag.report('JG1010', { type: this.#place.textOf(type) }, { span, label: 'not found', path })
    } else if (found.reason === 'generic') {
      this.#bag.report('JG1009', { type: this.#place.textOf(type) }, { span, label: 'needs a name', path })
    } else {
      return this.#refuse('JG1020', type, 'not a message')
    }
    return undefined
  }

  #refuse(code: 'JG1020' | 'JG1050' | 'JG1051', type: ts.Type, label: string): undefined {
    const values = { handler: this.#handler.label, type: this.#place.textOf(type) }
    this.#bag.report(code, values, { span: this.#place.spanOf(type), label })
  }
}

function byNameThenWrapper(a: ReturnAlternative, b: ReturnAlternative): number {
  return compareText(a.message, b.message) || compareText(a.wrapper ?? '', b.wrapper ?? '')
}
