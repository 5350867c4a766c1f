import type { BoundArgument } from './bound-argument.ts'
import type { BoundProvider } from './bound-provider.ts'
import type { ChainFacts } from 'jasper-runtime/config'
import type { Chain } from '../chain/chain.ts'
import type { TypeRef } from '../discover/type-ref.ts'
import type { Frame } from './frames/frame.ts'

/** A chain with its steps in order and every argument bound. What stage 3 leaves. */
export interface FramePlan {
  /** The libraries whose handles its functions are given, sorted. Absent where there are none. */
  readonly handles?: readonly string[]
  readonly chain: Chain
  readonly frames: readonly Frame[]
  /**
   * Where each argument comes from that the user's functions receive beside the message, in the order of the
   * steps. What providers are given stands in their sources.
   */
  readonly arguments: readonly BoundArgument[]
  /** Members of `services` that this chain uses itself, sorted by name. */
  readonly services: readonly ServiceNeed[]
  /** What providers make once for the app and this chain uses itself, in the order of its steps. */
  readonly singletons: readonly BoundProvider[]
  /** The integration whose transaction the chain runs in. */
  readonly integration: string | undefined
  /** What a policy function of the app was told of the chain, where one has answered. */
  readonly facts?: ChainFacts
}

export interface ServiceNeed {
  /** The type's name in camelCase: `Mailer` is `mailer`. */
  readonly name: string
  readonly type: TypeRef
}
