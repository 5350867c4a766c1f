import { spellType } from './spell-type.ts'
import type { ModuleNames } from './with-imports.ts'
import type { DiscoveredMessage, ReturnAlternative, ReturnShape } from '../discover/discovered.ts'

export type MessagesByName = ReadonlyMap<string, DiscoveredMessage>

/** What `invoke` resolves with, as a type; `none` where the handler returns nothing. */
export function replyType(returns: ReturnShape, messages: MessagesByName, names: ModuleNames, none: string): string {
  if (returns.kind === 'nothing') return none
  const type = partType(returns, messages, names)
  // Both `null` and `undefined` are no reply, and arrive as `undefined`.
  return returns.optional ? `${type} | undefined` : type
}

/** The type of all alternatives of a union. */
export function unionType(
  alternatives: readonly ReturnAlternative[],
  messages: MessagesByName,
  names: ModuleNames,
): string {
  const types = alternatives.map(({ message }) => {
    const found = messages.get(message)
    if (found === undefined) throw new Error(`${message} is returned but was not discovered`)
    return spellType(found.type, names)
  })
  return [...new Set(types)].join(' | ')
}

function partType(part: ReturnShape, messages: MessagesByName, names: ModuleNames): string {
  switch (part.kind) {
    case 'nothing':
      return 'unknown'
    case 'one':
      return unionType(part.alternatives, messages, names)
    case 'many': {
      const element = `${unionType(part.alternatives, messages, names)}${part.sparse ? ' | null | undefined' : ''}`
      return `readonly ${element.includes(' | ') ? `(${element})` : element}[]`
    }
    case 'tuple': {
      const elements = part.elements.map((element, index) => {
        const type = partType(element, messages, names)
        if (!mayBeNothing(element)) return type
        const present = element.kind === 'nothing' ? type : `${type} | null | undefined`
        // A handler's tuple may end here, so this one may too.
        return part.elements.slice(index).every(mayBeNothing) ? `(${present})?` : present
      })
      return `readonly [${elements.join(', ')}]`
    }
  }
}

function mayBeNothing(part: ReturnShape): boolean {
  return part.kind === 'nothing' || part.optional
}
