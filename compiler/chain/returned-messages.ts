import type { ReturnAlternative, ReturnedMany, ReturnedOne, ReturnedSideEffect, ReturnShape } from '../discover/discovered.ts'

/** The wire names that a return value can cascade, each once, sorted by code unit. A reply goes to the caller alone. */
export function returnedMessages(returns: ReturnShape): readonly string[] {
  const sent = returnedAlternatives(returns).filter(({ wrapper }) => wrapper !== 'reply')
  return [...new Set(sent.map(({ message }) => message))].sort()
}

/** Every message that a return value can hold, in the order of its parts. */
export function returnedAlternatives(returns: ReturnShape): readonly ReturnAlternative[] {
  return partsOf(returns).flatMap(({ alternatives }) => alternatives)
}

/** The side effects that a return value can hold, in the order of its parts. */
export function returnedSideEffects(returns: ReturnShape): readonly ReturnedSideEffect[] {
  return partsOf(returns).flatMap(({ sideEffects }) => sideEffects ?? [])
}

function partsOf(returns: ReturnShape): readonly (ReturnedOne | ReturnedMany)[] {
  if (returns.kind === 'nothing') return []
  return returns.kind === 'tuple' ? returns.elements.flatMap(partsOf) : [returns]
}
