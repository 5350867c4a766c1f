import type { ReturnAlternative, ReturnShape, ReturnWrapper } from '../discover/discovered.ts'

/** The messages of one part of a returned value that come in the same wrapper, or in none. */
export interface ReturnGroup {
  readonly wrapper: ReturnWrapper | undefined
  readonly alternatives: readonly ReturnAlternative[]
}

const order: readonly (ReturnWrapper | undefined)[] = ['scheduled', 'sent-to', 'with-options', 'reply', undefined]

/** Its wrappers in a fixed order, and what is in none last: that is what is left when all others have been asked for. */
export function groupsOf(part: ReturnShape): readonly ReturnGroup[] {
  if (part.kind !== 'one' && part.kind !== 'many') return []
  const groups = order.map((wrapper) => ({ wrapper, alternatives: part.alternatives.filter((one) => one.wrapper === wrapper) }))
  return groups.filter(({ alternatives }) => alternatives.length > 0)
}

/** Whether its messages have to be told apart: one of several is sent, and a reply to another process has a name, too. */
export function isTold({ alternatives }: ReturnGroup): boolean {
  return alternatives.length > 1
}

export function toldGroupsOf(part: ReturnShape): readonly ReturnGroup[] {
  return groupsOf(part).filter(isTold)
}
