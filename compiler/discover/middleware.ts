import type { DiscoveredParameter, HandlerFunction, ReturnShape } from './discovered.ts'
import type { SourceSpan } from './source-span.ts'
import type { TypeRef } from './type-ref.ts'

/** What the name of a middleware function says, in the order in which they run. */
export const middlewareRoles = ['before', 'load', 'validate', 'after', 'finally'] as const

/** What the name of a step of a plugin says: likewise, or that it is called with all that follows. */
export const stepRoles = ['around', ...middlewareRoles] as const

export type MiddlewareRole = (typeof stepRoles)[number]

/** A function that runs before or after the handlers of messages. */
export interface DiscoveredMiddleware {
  readonly role: MiddlewareRole
  readonly function: HandlerFunction
  /** Whose messages it is for: those of all handlers, of the handlers of its file, of its class. */
  readonly scope: MiddlewareScope
  /** What its first parameter filters by. */
  readonly takes: TakenMessages
  /** The first parameter, where it takes the message. */
  readonly messageParameter?: DiscoveredParameter
  /** All parameters but that of the message. */
  readonly parameters: readonly DiscoveredParameter[]
  readonly returns: MiddlewareReturn
  /** The function returns a promise. */
  readonly async: boolean
  /** The function's name where it is declared. */
  readonly span: SourceSpan
}

/** A file whose default export decides which of its steps a chain has. */
export interface DiscoveredPlugin {
  readonly file: string
  /** Every function of the file that can be a step, by file and position. */
  readonly steps: readonly DiscoveredMiddleware[]
  /** Where the default export stands. */
  readonly span: SourceSpan
}

export type MiddlewareScope = 'all' | 'file' | 'class'

export type TakenMessages =
  /** It is called for every message of its scope, and does not take it. */
  | { readonly kind: 'none' }
  /** It is called for every message of its scope, and takes it: as `unknown` or `object`. */
  | { readonly kind: 'any' }
  /** Wire names of the messages that fit its first parameter, sorted. */
  | { readonly kind: 'some'; readonly messages: readonly string[] }

/** What becomes of what it returns. `Promise` is already taken off. */
export type MiddlewareReturn =
  | { readonly kind: 'nothing' }
  /** One value for what follows. */
  | { readonly kind: 'value'; readonly value: MadeValue }
  /** An object written in place: each member is a value for what follows. */
  | { readonly kind: 'members'; readonly values: readonly MadeValue[] }
  /** A tuple: each element is a value for what follows; `undefined` where it can be nothing else. */
  | { readonly kind: 'elements'; readonly values: readonly (MadeValue | undefined)[] }
  /** Of `validate`: a list of reasons that is empty, or nothing where `optional`, when there are none. */
  | { readonly kind: 'reasons'; readonly optional: boolean }
  /** Of `around`: what the work that it is given returns, to which it hands one value, or none. */
  | { readonly kind: 'work'; readonly value: MadeValue | undefined }
  /** Of `after`: messages that are sent on. */
  | { readonly kind: 'messages'; readonly returns: ReturnShape }

/** A value that middleware makes for what follows: found by its type, then by its name. */
export interface MadeValue {
  /** That of the member or of the element; else what follows the first word of the function's name; else that of its type. */
  readonly name: string
  readonly type: TypeRef
}
