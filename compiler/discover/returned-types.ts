import { ts } from 'ts-morph'
import type { ReturnWrapper } from './discovered.ts'
import type { OpenedProgram } from './open-program.ts'
import { builtinName, declaredType } from './type-facts.ts'
import { originOfSymbol } from './type-origin.ts'

/** The interface of the runtime that all wrappers are, and its aliases for users. */
export const wrapperName = 'WrappedMessage'
export const wrapperAliases = ['Scheduled', 'Reply', 'SentTo', 'WithOptions'] as const

/** Types of the language whose values give one element after the other. Types of the user's own are messages. */
const iterables = {
  sync: ['Iterable', 'IterableIterator', 'IteratorObject', 'Generator', 'Set', 'ReadonlySet', 'SetIterator', 'ArrayIterator'],
  async: ['AsyncIterable', 'AsyncIterableIterator', 'AsyncIteratorObject', 'AsyncGenerator'],
} as const

export const iterableNames: readonly string[] = [...iterables.sync, ...iterables.async]

export interface Iterated {
  readonly way: 'sync' | 'async'
  readonly element: ts.Type
  /** What a generator returns in the end, if it says so. */
  readonly last: ts.Type | undefined
}

/** What a type of the language iterates over; `undefined` for all other types, arrays and tuples included. */
export function iterated(project: OpenedProgram, type: ts.Type): Iterated | undefined {
  const name = builtinName(project, type)
  if (name === undefined || !iterableNames.includes(name)) return undefined
  const [element, last] = declaredType(project, type)?.typeArguments ?? []
  if (element === undefined) return undefined
  return { way: (iterables.async as readonly string[]).includes(name) ? 'async' : 'sync', element, last: name.endsWith('Generator') ? last : undefined }
}

export interface Wrapped {
  readonly wrapper: ReturnWrapper
  readonly inner: ts.Type
}

/** What a wrapper of the runtime holds: `Scheduled<OrderExpired>`. `undefined` for all other types. */
export function unwrapped(project: OpenedProgram, type: ts.Type): Wrapped | undefined {
  if (nameInRuntime(project, type) !== wrapperName) return undefined
  const [kind, inner] = declaredType(project, type)?.typeArguments ?? []
  if (kind === undefined || inner === undefined || !kind.isStringLiteral()) return undefined
  return { wrapper: kind.value as ReturnWrapper, inner }
}

/** What the runtime calls an interface or class of its own; `undefined` for all other types. */
export function nameInRuntime(project: OpenedProgram, type: ts.Type): string | undefined {
  const symbol = declaredType(project, type)?.symbol
  const origin = symbol && originOfSymbol(project, symbol)
  return origin?.origin.kind === 'package' && origin.origin.name === 'jasper-runtime' ? origin.name : undefined
}

/** The method that makes an object a side effect. A message can have none: a function cannot travel. */
export function executeOf(project: OpenedProgram, type: ts.Type): ts.Type | undefined {
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return undefined
  const property = project.checker.getPropertyOfType(type, 'execute')
  const method = property && project.checker.getTypeOfSymbol(property)
  return method !== undefined && method.getCallSignatures().length > 0 ? method : undefined
}
