import { pathOf, type Asking } from './asking.ts'
import { sameType } from './same-type.ts'
import { isInScope } from '../chain/attach-middleware.ts'
import { handlerName } from '../chain/handler-name.ts'
import type { Chain } from '../chain/chain.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredMiddleware, MadeValue, MiddlewareReturn, MiddlewareScope } from '../discover/middleware.ts'
import { mayBeUndefined, type TypeRef } from '../discover/type-ref.ts'

/** A value that middleware of a chain makes. */
export interface SeenValue {
  readonly maker: DiscoveredMiddleware
  /** The place of its maker in `chain.middleware`. */
  readonly step: number
  /** Its place among the values of its maker. */
  readonly index: number
  readonly value: MadeValue
}

/** Those of a class hide those of its file, which hide those of all. */
const nearestFirst: readonly MiddlewareScope[] = ['class', 'file', 'all']

/** Every value that a function makes; `undefined` stands for an element that is always nothing. */
export function valuesOf(returns: MiddlewareReturn): readonly (MadeValue | undefined)[] {
  switch (returns.kind) {
    case 'value':
      return [returns.value]
    case 'work':
      return returns.value === undefined ? [] : [returns.value]
    case 'members':
    case 'elements':
      return returns.values
    default:
      return []
  }
}

/**
 * The value of middleware that a parameter means; `undefined`: none.
 *
 * It is found by its type, or by one that it extends. Where several have that type, and for types of the
 * language and such as are written in place, the names have to agree as well. A provider serves more than one
 * file: it sees what middleware for all makes, and no other.
 */
export function valueFor(asking: Asking, chain: Chain, bag: DiagnosticBag): SeenValue | 'refused' | undefined {
  const seen = (chain.middleware ?? []).flatMap((maker, step) => {
    if (!sees(asking, maker, step)) return []
    return valuesOf(maker.returns).flatMap((value, index) => (value === undefined ? [] : { maker, step, index, value }))
  })
  for (const scope of nearestFirst) {
    const near = seen.filter(({ maker }) => maker.scope === scope)
    const exact = near.filter(({ value }) => sameType(value.type, asking.parameter.type))
    const isWanted = (type: TypeRef): boolean => sameType(type, asking.parameter.type)
    const fitting = exact.length > 0 ? exact : near.filter(({ value }) => value.type.ancestors.some(isWanted))
    const answer = choose(asking, fitting, bag)
    if (answer !== undefined) return answer === 'refused' || isContent(asking, answer, bag) ? answer : 'refused'
  }
  return undefined
}

function sees({ by, via }: Asking, maker: DiscoveredMiddleware, step: number): boolean {
  if (via !== undefined || by === undefined) return maker.scope === 'all'
  return by.step !== step && isInScope(maker, by.function)
}

function choose(asking: Asking, fitting: readonly SeenValue[], bag: DiagnosticBag): SeenValue | 'refused' | undefined {
  const { name, type, span } = asking.parameter
  const named = fitting.filter(({ value }) => value.name === name)
  const [first, second] = named.length === 0 && !isNamedType(type) ? [] : named.length === 0 ? fitting : named
  if (first === undefined || second === undefined) return first
  const names = [...new Set(fitting.map(({ value }) => value.name))].join(', ')
  const makers = { first: handlerName(first.maker.function), second: handlerName(second.maker.function) }
  bag.report('JG4020', { ...makers, type: type.text, parameter: name, names }, {
    span,
    label: 'which one?',
    notes: [first, second].map(({ maker, value }) => ({ span: maker.span, message: `${handlerName(maker.function)} makes ${value.name}` })),
    path: pathOf(asking),
  })
  return 'refused'
}

/** A type that says by itself which value is meant: one that somebody has declared. */
function isNamedType({ origin }: TypeRef): boolean {
  return origin.kind === 'file' || origin.kind === 'package'
}

/** Whether a parameter can take all that a value may be; where it cannot, the bag says so. */
export function isContent(asking: Asking, { maker, value }: SeenValue, bag: DiagnosticBag): boolean {
  const { name: parameter, type, optional, span } = asking.parameter
  const takesUndefined = optional || mayBeUndefined(type)
  const takesNull = type.nullable !== undefined
  const made = handlerName(maker.function)
  const place = { span, notes: [{ span: maker.span, message: `${made} makes ${value.name}` }], path: pathOf(asking) }
  const nothing = [
    ...(mayBeUndefined(value.type) && !takesUndefined ? ['undefined'] : []),
    ...(value.type.nullable !== undefined && !takesNull ? ['null'] : []),
  ].join(' or ')
  if (nothing !== '') {
    bag.report('JG4021', { value: value.name, function: made, nothing, parameter }, { ...place, label: `without ${nothing}` })
    return false
  }
  if (asking.by?.role !== 'finally' || takesUndefined) return true
  const values = { value: value.name, function: made, finally: handlerName(asking.by.function), parameter, type: type.text }
  bag.report('JG4024', values, { ...place, label: 'without undefined' })
  return false
}
