import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { ReturnShape, ReturnWrapper } from './discovered.ts'
import type { FoundHandler } from './found-handler.ts'
import type { MessageTable } from './message-table.ts'
import type { OpenedProgram } from './open-program.ts'
import { ReturnPlace } from './return-place.ts'
import { ReturnedPartReader, type ReturnedPart } from './returned-part.ts'
import { iterated, type Iterated } from './returned-types.ts'
import { isNothing, membersOf, typeText } from './type-facts.ts'

export interface ReadReturn {
  readonly returns: ReturnShape
  /** The function returns a promise. */
  readonly async: boolean
}

const nothing: ReturnShape = { kind: 'nothing' }

/** What a handler's return value is sent on as. */
export function readReturn(project: OpenedProgram, handler: FoundHandler, messages: MessageTable, bag: DiagnosticBag): ReadReturn {
  const type = handler.signature.getReturnType()
  const awaited = project.checker.getAwaitedType(type) ?? type
  const reader = new ReturnReader(project, handler, messages, bag)
  const returns = reader.read(awaited)
  return { returns: reader.hasOneReply(returns) ? returns : nothing, async: awaited !== type }
}

class ReturnReader {
  readonly #project: OpenedProgram
  readonly #handler: FoundHandler
  readonly #bag: DiagnosticBag
  readonly #place: ReturnPlace
  readonly #parts: ReturnedPartReader

  constructor(project: OpenedProgram, handler: FoundHandler, messages: MessageTable, bag: DiagnosticBag) {
    this.#project = project
    this.#handler = handler
    this.#bag = bag
    this.#place = new ReturnPlace(project, handler)
    this.#parts = new ReturnedPartReader(project, handler, this.#place, messages, bag)
  }

  read(type: ts.Type, mayBeAbsent = false): ReturnShape {
    const { checker } = this.#project
    if (type.flags & ts.TypeFlags.Never) return nothing
    const parts = membersOf(type).filter((part) => !isNothing(part))
    const optional = mayBeAbsent || parts.length < membersOf(type).length
    const [first] = parts
    if (first === undefined) return nothing
    const lists = parts.filter((part) => this.#isList(part))
    if (lists.length === 0) return shapeOf(this.#parts.read(parts), (part) => ({ kind: 'one', ...part, optional }))
    if (lists.length < parts.length) return this.#refuseMix(type)
    if (parts.length === 1 && checker.isTupleType(first)) return this.#tuple(first as ts.TupleTypeReference, optional)
    const sources = lists.map((list) => iterated(this.#project, list) ?? checker.getTypeArguments(list as ts.TypeReference))
    const elements = sources.flatMap((source) => ('element' in source ? [source.element] : source)).flatMap(membersOf)
    if (elements.some((element) => this.#isList(element))) return this.#refuseMix(type)
    const iterations = sources.filter((source): source is Iterated => 'element' in source)
    for (const { last } of iterations) this.#checkLast(last)
    return this.#many(elements, optional, iterations)
  }

  /** What comes in a list has no one reply in it, and a tuple has at most one. */
  hasOneReply(returns: ReturnShape): boolean {
    const parts = returns.kind === 'tuple' ? returns.elements : [returns]
    const replying = parts.filter((part) => wrappersIn(part).includes('reply'))
    if (replying.length < 2 && replying.every((part) => part.kind === 'one')) return true
    const { span, text } = this.#place
    this.#bag.report('JG1052', { handler: this.#handler.label, type: text }, { span, label: 'which one is the reply?' })
    return false
  }

  #isList(type: ts.Type): boolean {
    const { checker } = this.#project
    return checker.isArrayType(type) || checker.isTupleType(type) || iterated(this.#project, type) !== undefined
  }

  #many(elements: readonly ts.Type[], optional: boolean, iterations: readonly Iterated[]): ReturnShape {
    const messages = elements.filter((element) => !isNothing(element))
    return shapeOf(this.#parts.read(messages), (part) => ({
      kind: 'many',
      ...part,
      optional,
      ...(messages.length < elements.length && { sparse: true }),
      ...(iterations.length > 0 && { iterated: iterations.some(({ way }) => way === 'async') ? 'async' : 'sync' }),
    }))
  }

  #tuple(type: ts.TupleTypeReference, optional: boolean): ReturnShape {
    const { checker } = this.#project
    const elements = checker.getTypeArguments(type)
    const flags = type.target.elementFlags
    if (flags.some((flag) => flag & ts.ElementFlags.Variable)) {
      // Of unknown length: every element may be any of them.
      return this.#many(elements.flatMap(membersOf), optional, [])
    }
    const shapes = elements.map((element, index) => this.read(element, ((flags[index] ?? 0) & ts.ElementFlags.Optional) !== 0))
    return shapes.some((shape) => shape.kind === 'tuple') ? this.#refuseMix(type) : { kind: 'tuple', elements: shapes, optional }
  }

  /** A loop over a generator never sees what it returns. */
  #checkLast(last: ts.Type | undefined): void {
    if (last === undefined || last.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return
    if (membersOf(last).every(isNothing)) return
    const values = { handler: this.#handler.label, type: typeText(this.#project, last) }
    this.#bag.report('JG1053', values, { span: this.#place.span, label: 'returned, not yielded' })
  }

  #refuseMix(type: ts.Type): ReturnShape {
    const { span, annotation, text } = this.#place
    const values = { handler: this.#handler.label, type: annotation ? text : typeText(this.#project, type) }
    this.#bag.report('JG1022', values, { span, label: 'one or several?' })
    return nothing
  }
}

/** A part without anything in it was refused, and the bag says why. */
function shapeOf(part: ReturnedPart | undefined, shape: (part: ReturnedPart) => ReturnShape): ReturnShape {
  return part === undefined ? nothing : shape(part)
}

/** What messages are wrapped in that are returned so. */
export function wrappersIn(part: ReturnShape): readonly (ReturnWrapper | undefined)[] {
  if (part.kind === 'tuple') return part.elements.flatMap(wrappersIn)
  return part.kind === 'one' || part.kind === 'many' ? part.alternatives.map(({ wrapper }) => wrapper) : []
}
