import type { DeliveryOptions } from '../bus/delivery-options.ts'
import { customizeInWords, isOfDestination, type CustomizeEnvelope, type CustomizeRule } from '../config/customize.ts'
import type { EndpointNames } from '../config/endpoint-names.ts'
import { flawOfChoice, isChosen } from '../config/choose-messages.ts'
import type { MessageFacts } from '../contracts/message-match.ts'
import { messageOf } from '../config/read-error.ts'
import { JasperError } from '../errors/jasper-error.ts'

interface Hook {
  readonly words: string
  readonly hook: CustomizeEnvelope
}

interface HookOfMessages extends Hook {
  readonly messages: ReadonlySet<string>
}

interface HookOfDestination extends Hook {
  readonly destination: string
}

const none: readonly Hook[] = []
const deadlines = ['deliverBy', 'deliverWithin'] as const
/** What a hook may add, `headers` besides. A member of another name would be a wish that nobody hears. */
const members = new Set(['headers', ...deadlines, 'orderingKey', 'correlationId', 'tenantId', 'sagaId', 'traceparent', 'tracestate', 'topic'])

/** The `customize` rules of the routes, found by message and destination. */
export class EnvelopeHooks {
  readonly #ofMessages: readonly HookOfMessages[]
  readonly #ofDestinations: readonly HookOfDestination[]

  /** Throws `JASPER_BAD_OPTION`, `JASPER_UNKNOWN_MESSAGE` or `JASPER_UNKNOWN_DESTINATION` for a rule that means nothing. */
  constructor(
    rules: readonly CustomizeRule[],
    messages: readonly MessageFacts[],
    names: EndpointNames,
    checked: (address: string) => string,
  ) {
    const ofMessages: HookOfMessages[] = []
    const ofDestinations: HookOfDestination[] = []
    for (const { what, hook } of rules) {
      if (typeof hook !== 'function') throw bad('customize(...) in the routes has no function. Give one that returns delivery options to add.')
      const words = customizeInWords(what)
      if (isOfDestination(what)) {
        const destination = checked(names.addressOf(what.destination))
        ofDestinations.push({ words, hook, destination })
        continue
      }
      const flaw = flawOfChoice(what)
      if (flaw !== undefined) throw bad(`customize(...) in the routes cannot hold: ${flaw}`)
      const meant = new Set(messages.filter((message) => isChosen(what, message)).map(({ name }) => name))
      if (meant.size === 0 && typeof what !== 'function') {
        throw new JasperError('JASPER_UNKNOWN_MESSAGE', `${words} in the routes names no message of this app. Mend the name, or leave it out.`)
      }
      ofMessages.push({ words, hook, messages: meant })
    }
    this.#ofMessages = ofMessages
    this.#ofDestinations = ofDestinations
  }

  /** What is asked of a message for a destination, in words and in order. */
  wordsOf(message: string, destination: string): readonly string[] {
    return this.#of(message, destination).map(({ words }) => words)
  }

  /**
   * The options of a message with what hooks add: first those of its type, then those of the destination, a later one over an earlier
   * one, and what the sender says over all of them. Throws `JASPER_BAD_OPTION` where a hook throws, or wants what it may not.
   */
  applied(messageType: string, destination: string, message: unknown, said: DeliveryOptions | undefined): DeliveryOptions | undefined {
    const hooks = this.#of(messageType, destination)
    if (hooks.length === 0) return said
    let added: DeliveryOptions = {}
    for (const { words, hook } of hooks) {
      const more = ask(words, () => hook({ messageType, destination, message, options: said ?? {} }))
      if (saysDeadline(more)) added = withoutDeadline(added)
      added = { ...added, ...more, headers: { ...added.headers, ...more.headers } }
    }
    if (said === undefined) return added
    if (saysDeadline(said)) added = withoutDeadline(added)
    return { ...added, ...said, headers: { ...added.headers, ...said.headers } }
  }

  #of(message: string, destination: string): readonly Hook[] {
    if (this.#ofMessages.length + this.#ofDestinations.length === 0) return none
    const [ofMessages, ofDestinations] = [this.#ofMessages, this.#ofDestinations]
    return [...ofMessages.filter((one) => one.messages.has(message)), ...ofDestinations.filter((one) => one.destination === destination)]
  }
}

function ask(words: string, hook: () => DeliveryOptions | undefined): DeliveryOptions {
  let more: DeliveryOptions | undefined
  try {
    more = hook()
  } catch (cause) {
    throw new JasperError('JASPER_BAD_OPTION', `${words} in the routes failed: ${messageOf(cause)}`, { cause })
  }
  if (more === undefined) return {}
  const wrong = typeof more === 'object' && more !== null ? Object.keys(more).find((member) => !members.has(member)) : String(more)
  if (wrong === undefined) return more
  throw bad(`${words} in the routes returned ${JSON.stringify(wrong)}. It may return ${[...members].join(', ')}, or nothing.`)
}

function saysDeadline(options: DeliveryOptions): boolean {
  return deadlines.some((member) => options[member] !== undefined)
}

function withoutDeadline({ deliverBy: _, deliverWithin: __, ...rest }: DeliveryOptions): DeliveryOptions {
  return rest
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
