import type { ReturnAlternative, ReturnShape } from '../discover/discovered.ts'

/**
 * What of a returned value the caller receives: messages that are returned as they are, and those in
 * `reply(…)`. Where a tuple has a `reply(…)`, that alone. What is scheduled, sent elsewhere or sent with
 * options is for others, and a side effect is for nobody.
 *
 * Of a tuple with one part left, that part; lists that are picked or iterated arrive as arrays.
 */
export function replyOf(returns: ReturnShape): ReturnShape {
  if (isWhole(returns)) return returns
  switch (returns.kind) {
    case 'nothing':
      return returns
    case 'one':
    case 'many':
      return replyOfPart(returns, false)
    case 'tuple': {
      const named = isReplyNamed(returns)
      const [first, ...others] = returns.elements.map((element) => replyOfPart(element, named)).filter(({ kind }) => kind !== 'nothing')
      if (first === undefined) return { kind: 'nothing' }
      if (others.length > 0) return { kind: 'tuple', elements: [first, ...others], optional: returns.optional }
      return first.kind === 'nothing' ? first : { ...first, optional: first.optional || returns.optional }
    }
  }
}

/** One element of a tuple, or all that is returned. `named`: a `reply(…)` in the tuple says what the reply is. */
export function replyOfPart(part: ReturnShape, named: boolean): ReturnShape {
  if (part.kind !== 'one' && part.kind !== 'many') return { kind: 'nothing' }
  if (!named && isWhole(part)) return part
  const alternatives = part.alternatives.filter((one) => isKept(one, named))
  if (alternatives.length === 0) return { kind: 'nothing' }
  if (part.kind === 'many') return { kind: 'many', alternatives, optional: false }
  const isPicked = alternatives.length < part.alternatives.length || part.sideEffects !== undefined
  return { kind: 'one', alternatives, optional: part.optional || isPicked }
}

/** Whether the returned value is the reply as it stands. */
export function isWhole(returns: ReturnShape): boolean {
  if (returns.kind === 'nothing') return true
  if (returns.kind === 'tuple') return returns.elements.every(isWhole)
  const isIterated = returns.kind === 'many' && returns.iterated !== undefined
  return !isIterated && returns.sideEffects === undefined && returns.alternatives.every(({ wrapper }) => wrapper === undefined)
}

/** Whether what is kept of a part is something else than the part as it stands. */
export function isPicked(part: ReturnShape, named: boolean): boolean {
  return named || !isWhole(part)
}

/** Whether a `reply(…)` stands in a tuple. */
export function isReplyNamed(returns: ReturnShape): boolean {
  if (returns.kind !== 'tuple') return false
  return returns.elements.some((element) => element.kind === 'one' && element.alternatives.some(({ wrapper }) => wrapper === 'reply'))
}

/** Whether what is told to be this alternative is (part of) the reply. */
export function isKept({ wrapper }: ReturnAlternative, named: boolean): boolean {
  return wrapper === 'reply' || (wrapper === undefined && !named)
}
