import type { StepConstant } from 'jasper-runtime/config'
import type { BoundProvider } from './bound-provider.ts'
import type { TypeRef } from '../discover/type-ref.ts'

/** A value that a frame makes and others use. Bound to a name only when code is emitted. */
export interface Variable {
  /** Unique within its plan. */
  readonly id: number
  /** What it would like to be called, such as the parameter's name. */
  readonly hint: string
  readonly type: TypeRef | undefined
  readonly source: VariableSource
}

/** Where a value comes from. */
export type VariableSource =
  | { readonly kind: 'message' }
  /** A member of the run: what the runtime knows of this handling. */
  | { readonly kind: 'run'; readonly member: 'envelope' | 'now' | 'signal' | 'log' | 'context' }
  /** What a plugin has written down. */
  | { readonly kind: 'constant'; readonly value: StepConstant }
  /** The adapter of an integration. */
  | { readonly kind: 'adapter'; readonly integration: string }
  /** The transaction handle of the chosen integration. */
  | { readonly kind: 'transaction' }
  /** The app's own handle of a data-access library, by the name of its integration. */
  | { readonly kind: 'handle'; readonly integration: string }
  /** What a provider makes: once for the app, or once for each message. */
  | { readonly kind: 'provider'; readonly of: BoundProvider }
  /** A constant that a provider file exports. */
  | { readonly kind: 'value'; readonly file: string; readonly export: string }
  /** Nobody has one, and the parameter is content without. */
  | { readonly kind: 'nothing' }
  /** What a `before` or `load` function of the chain makes: its step, and which of its values. */
  | ({ readonly kind: 'middleware' } & MadeByStep)
  /** What was thrown, for `finally`. */
  | { readonly kind: 'error' }
  /** A value of middleware as it is when `finally` runs: perhaps never made. */
  | ({ readonly kind: 'kept' } & MadeByStep)
  /** A member of `services`. */
  | { readonly kind: 'service'; readonly name: string }
  /** The instance of a handler class for this message. */
  | { readonly kind: 'instance'; readonly file: string; readonly class: string }
  /** What a handler returned. */
  | { readonly kind: 'returned' }

/** Which value of which middleware. */
interface MadeByStep {
  /** The place of its maker in `chain.middleware`. */
  readonly step: number
  /** Its place among the values of its maker. */
  readonly index: number
  /** What it is called. */
  readonly name: string
  /** Who makes it, for people. */
  readonly maker: string
}
