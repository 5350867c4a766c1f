import type * as Promised from 'jasper-runtime/generated'

/** The module of the runtime that generated code imports from. */
export const runtimeModule = 'jasper-runtime/generated'

/** The values among the names that the runtime promises to generated code. One that it does not export stops our build. */
export const runtimeValues = [
  'ambiguousReturn',
  'buildApp',
  'isSideEffect',
  'isWrapped',
  'rejected',
] as const satisfies readonly (keyof typeof Promised)[]

export type RuntimeValue = (typeof runtimeValues)[number]

/** The types among them, each named here so that tsc sees it. */
interface PromisedTypes {
  readonly AnyChain: Promised.AnyChain
  readonly App: Promised.App<never>
  readonly AppOptions: Promised.AppOptions
  readonly ChainRun: Promised.ChainRun<never>
  readonly MessageContext: Promised.MessageContext<never>
  readonly SingletonStart: Promised.SingletonStart
  readonly MessageRegistration: Promised.MessageRegistration
}

export type RuntimeType = keyof PromisedTypes
