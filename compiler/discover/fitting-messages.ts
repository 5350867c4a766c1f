import { ts } from 'ts-morph'
import { directBases } from './direct-bases.ts'
import type { MessageTable } from './message-table.ts'
import { messageSymbol } from './message-symbol.ts'
import type { TakenMessages } from './middleware.ts'
import type { OpenedProgram } from './open-program.ts'
import { builtinName, membersOf, namedType } from './type-facts.ts'
import { originOfSymbol } from './type-origin.ts'

/**
 * Which messages a first parameter of this type takes.
 *
 * - `unknown` and `object` take every message.
 * - A message type takes that message and those that extend it by name: one that happens to have the same
 *   members is another message.
 * - Any other object type of the user's takes the messages that fit it, as TypeScript judges: so that the
 *   function can be called with them. Does none of them fit, it is not about messages, and is resolved like
 *   any other parameter.
 * - A type without members would fit everything: it, too, takes only what extends it by name.
 * - A union takes what its members take.
 */
export function takenMessages(project: OpenedProgram, type: ts.Type, node: ts.TypeNode | undefined, messages: MessageTable): TakenMessages {
  const { checker } = project
  if (type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) return { kind: 'any' }
  const wanted = checker.getNonNullableType(type)
  const parts = membersOf(wanted)
  const known = messages.types()
  const fitting = new Set<string>()
  let isMessage = false
  for (const part of parts) {
    const found = messageSymbol(project, part, parts.length === 1 ? node : undefined)
    const own = found.kind === 'message' ? known.find(({ symbol }) => symbol === found.symbol) : undefined
    if (own !== undefined) {
      isMessage = true
      fitting.add(own.name)
    }
    if (own === undefined && !mayDescribeMessages(project, part)) continue
    const isByName = own !== undefined || checker.getPropertiesOfType(part).length === 0
    for (const { name, type: message } of known) if (fits(project, message, part, isByName)) fitting.add(name)
  }
  return fitting.size === 0 && !isMessage ? { kind: 'none' } : { kind: 'some', messages: [...fitting].sort() }
}

/** Objects, but not those of the language and of jasper-runtime: a Logger is never a message. */
function mayDescribeMessages(project: OpenedProgram, type: ts.Type): boolean {
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false
  if (project.checker.isArrayType(type) || project.checker.isTupleType(type)) return false
  if (builtinName(project, type) !== undefined || type.getCallSignatures().length > 0) return false
  const name = namedType(project, type)
  const origin = name && originOfSymbol(project, name.symbol)?.origin
  return !(origin?.kind === 'package' && origin.name === 'jasper-runtime')
}

function fits(project: OpenedProgram, message: ts.Type, wanted: ts.Type, isByName: boolean): boolean {
  return project.checker.isTypeAssignableTo(message, wanted) && (!isByName || extendsByName(project, message, wanted))
}

function extendsByName(project: OpenedProgram, type: ts.Type, wanted: ts.Type): boolean {
  if (type === wanted) return true
  const { extended, implemented } = directBases(project, type)
  return [...extended, ...implemented].some((base) => extendsByName(project, base, wanted))
}
