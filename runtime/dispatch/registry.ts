import { effectivePolicy, type EffectivePolicy } from '../config/effective-policy.ts'
import type { GlobalPolicy } from '../config/policy.ts'
import { globalLayers, type ChainFacts } from '../config/policy-function.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { KnownType } from '../contracts/message-store.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { AnyChain, MessageRegistration } from './chain.ts'
import { decodeBody } from './decode-body.ts'

/** The generated messages and chains of one app, by wire name. */
export class Registry {
  readonly #messages = new Map<string, MessageRegistration>()
  readonly #chains = new Map<string, readonly AnyChain[]>()
  readonly #policies = new Map<AnyChain, EffectivePolicy>()

  /** Throws `JASPER_BAD_OPTION` for policies that are none. */
  constructor(messages: readonly MessageRegistration[], chains: readonly AnyChain[], policies?: GlobalPolicy) {
    for (const message of messages) this.#messages.set(message.name, message)
    const from = 'The default export of the file of global policies'
    for (const chain of chains) {
      this.#chains.set(chain.message, [...(this.#chains.get(chain.message) ?? []), chain])
      const own = (chain.policies ?? []).map((policy) => ({ from: `The policy of the handlers of ${chain.message}`, isGlobal: false, policy }))
      const global = policies === undefined ? [] : globalLayers(policies, from, factsOf(chain, this.#messages.get(chain.message)))
      this.#policies.set(chain, effectivePolicy([...own, ...global]))
    }
  }

  /** What the handlers of a chain of this app, their files and the app say of it. */
  readonly policyOf = (chain: AnyChain): EffectivePolicy => this.#policies.get(chain) ?? noPolicy

  /** Throws `JASPER_UNKNOWN_MESSAGE` for a name that is not in the generated code. */
  message(name: string): MessageRegistration {
    const found = this.#messages.get(name)
    if (found !== undefined) return found
    throw new JasperError(
      'JASPER_UNKNOWN_MESSAGE',
      `${JSON.stringify(name)} is not a message of this app. If its handler is new, run jasper-gen build.`,
    )
  }

  /** Whether this app has generated code for messages of this name, handled here or not. */
  knows(name: string): boolean {
    return this.#messages.has(name)
  }

  /** What this process needs to handle a stored message; `undefined` when it does not know the type. */
  find(name: string, version: number): MessageRegistration | undefined {
    const message = this.#messages.get(name)
    return message === undefined || !this.#chains.has(name) || !knows(message, version) ? undefined : message
  }

  /** Throws `JASPER_DECODE` when `body` is no message of the envelope's type; of types that are unknown here any will do. */
  check(envelope: Envelope, body: Uint8Array): void {
    const known = this.find(envelope.messageType, envelope.messageVersion)
    if (known !== undefined) decodeBody({ ...envelope, body }, known)
  }

  /** The chains of a message: several where handlers have it each for themselves. */
  chainsOf(name: string): readonly AnyChain[] {
    return this.#chains.get(name) ?? []
  }

  chains(): readonly AnyChain[] {
    return [...this.#chains.values()].flat()
  }

  /** The types that this process can handle, with the older versions that it knows how to bring up to date. */
  handled(): readonly KnownType[] {
    return [...this.#chains.keys()].flatMap((name) => {
      const { version, older = [] } = this.#messages.get(name)!
      return [version, ...older.map((one) => one.version)].map((messageVersion) => ({ messageType: name, messageVersion }))
    })
  }
}

const noPolicy = effectivePolicy([])

/** As the build has told them: it writes down only what nothing else in the generated code says. */
function factsOf(chain: AnyChain, registration: MessageRegistration | undefined): ChainFacts | undefined {
  const { message, facts, transaction, cascades: sends, separate = false } = chain
  if (facts === undefined) return undefined
  return { message, version: registration?.version ?? 1, transaction: transaction?.name, sends, separate, ...facts }
}

function knows({ version, older = [] }: MessageRegistration, asked: number): boolean {
  return asked === version || older.some((one) => one.version === asked)
}
