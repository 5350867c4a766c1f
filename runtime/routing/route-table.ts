import { effectivePolicy } from '../config/effective-policy.ts'
import { endpointDefaults } from '../config/endpoint-defaults.ts'
import { EndpointNames } from '../config/endpoint-names.ts'
import type { MessageFacts } from '../contracts/message-match.ts'
import { listenRules } from '../config/routes-of-message.ts'
import type { CircuitBreakerOptions, ListenerOptions, RecurRule, Routes, SenderOptions } from '../config/routes.ts'
import type { AnyChain, MessageRegistration } from '../dispatch/chain.ts'
import { JasperError } from '../errors/jasper-error.ts'
import type { BreakerSettings } from '../inbox/circuit-breaker.ts'
import { toMilliseconds } from '../timing/duration.ts'
import { isLocal, parseDestination } from './destination.ts'
import { EnvelopeHooks } from './envelope-hooks.ts'
import { explicitRoutes } from './explicit-routes.ts'
import { feed } from './feed.ts'
import { placeChains, type Places, type PolicyOf } from './place-chains.ts'
import { positive } from './positive.ts'
import { checkedRecurring } from './recurring-rules.ts'
import { senderSettings, type SenderSettings } from './sender-settings.ts'
import { Transports } from './transports.ts'

/** The settings of one endpoint with every default filled in. */
export interface EndpointSettings {
  readonly address: string
  readonly mode: EndpointMode
  readonly parallelism: number
  readonly sequential: boolean
  readonly onDeadLetter: 'release' | 'block'
  /** `undefined`: as the store says. */
  readonly dedupWindowMs?: number | undefined
  readonly timeoutMs: number
  /** The routes say how long: then no global policy is asked. */
  readonly saysTimeout?: true
  readonly buffer: number
  /** What a message is that came through a transport and does not say it. */
  readonly messageType?: string | undefined
  /** `undefined`: it has none. */
  readonly circuitBreaker?: BreakerSettings | undefined
}

export type EndpointMode = 'durable' | 'buffered' | 'inline'

/** Where each message goes and how each endpoint receives. Frozen when the app is built. */
export interface RouteTable extends Omit<Places, 'limits'> {
  readonly endpoints: ReadonlyMap<string, EndpointSettings>
  readonly recurring: readonly RecurRule[]
  /** How this app sends, by destination, to all destinations of other transports that the routes name. */
  readonly senders: ReadonlyMap<string, SenderSettings>
  readonly names: EndpointNames
  /** Which rule names a destination of a message, by both; none for the own queues of a message. */
  readonly reasons: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly hooks: EnvelopeHooks
}

/**
 * Makes the route table: an explicit rule, or the message's own local queue where it has a handler.
 *
 * Throws `JASPER_UNKNOWN_MESSAGE`, `JASPER_UNKNOWN_DESTINATION`, `JASPER_NO_SUBSCRIBER` or
 * `JASPER_BAD_OPTION` for rules that cannot hold.
 */
export function makeRouteTable(
  chains: readonly AnyChain[],
  messages: readonly MessageRegistration[],
  routes: Routes | undefined,
  transports: Transports = new Transports(),
  policyOf: PolicyOf = () => effectivePolicy([]),
): RouteTable {
  const known = new Set(messages.map((message) => message.name))
  const handled = new Set(chains.map((chain) => chain.message))
  const names = new EndpointNames(routes, (address) => spelt(address, transports))
  const facts = messages.map(({ name, version, topic }): MessageFacts => ({ name, version, topic, handled: handled.has(name) }))
  const toSend = (address: string): string => checked(address, 'send', transports)
  const { instead, besides, reasons } = explicitRoutes(routes ?? none, facts, names, toSend)

  const settings = new Map<string, ListenerOptions>()
  for (const rule of listenRules(routes ?? {}, facts, (address) => spelt(address, transports))) {
    const endpoint = checked(rule.endpoint, 'listen', transports)
    if (settings.has(endpoint)) {
      throw new JasperError('JASPER_BAD_OPTION', `listen(${JSON.stringify(rule.endpoint)}) stands twice in the routes. Keep one.`)
    }
    if (!transports.keepsOrder(endpoint)) refuseOrder(endpoint, rule.options)
    feed(endpoint, rule.options, transports)
    settings.set(endpoint, rule.options)
  }
  const places = placeChains({ chains, messages: known, explicit: instead, besides, listening: settings, policyOf })
  const { destinations, limits } = places
  const sending = new Map<string, SenderOptions>()
  for (const { destination: address, options } of routes?.sending ?? []) {
    if (isLocal(address)) {
      throw new JasperError('JASPER_BAD_OPTION', `sending(${JSON.stringify(address)}) stands in the routes, and a local queue has no sender. Use listen for it.`)
    }
    sending.set(checked(address, 'send', transports), options)
  }
  const all = [...destinations.values()].flat()
  const addresses = new Set([...settings.keys(), ...all.filter(isLocal), ...[...places.separate.values()].flat()])
  const senders = new Map<string, SenderSettings>()
  for (const destination of new Set([...all.filter((address) => !isLocal(address)), ...sending.keys()])) {
    senders.set(destination, senderSettings(destination, sending.get(destination) ?? {}))
  }
  const endpoints = new Map<string, EndpointSettings>()
  for (const endpoint of [...addresses].sort()) {
    endpoints.set(endpoint, fillIn(endpoint, settings.get(endpoint) ?? {}, limits.get(endpoint)?.parallelism))
  }
  const recurring = checkedRecurring(routes?.recur ?? [], destinations)
  const hooks = new EnvelopeHooks(routes?.customize ?? [], facts, names, toSend)
  return { ...places, endpoints, recurring, senders, names, reasons, hooks }
}

const none: Routes = { publish: [], listen: [] }

/** The address in its one spelling, where that is known: what is wrong with it is said where it is used. */
function spelt(address: string, transports: Transports): string {
  try {
    return isLocal(address) ? address : transports.address(address, 'send')
  } catch {
    return address
  }
}

/** The address in its one spelling. */
function checked(address: string, use: 'send' | 'listen', transports: Transports): string {
  if (!isLocal(address) && address.includes('://')) return transports.address(address, use)
  parseDestination(address)
  return address
}

/** What arrives in another order than it was sent in cannot be put in order again. */
function refuseOrder(address: string, { sequential, onDeadLetter }: ListenerOptions): void {
  const option = sequential === true ? 'sequential' : onDeadLetter === 'block' ? "onDeadLetter: 'block'" : undefined
  if (option === undefined) return
  throw new JasperError(
    'JASPER_BAD_OPTION',
    `listen(${JSON.stringify(address)}) says ${option}, and its transport does not deliver in order there: order is promised only where the ` +
      'transport orders by key, as RabbitMQ does at a queue with singleActiveConsumer. Leave the option out, receive at such a place, or ' +
      'send through a local queue.',
  )
}

function fillIn(address: string, options: ListenerOptions, limit: number | undefined): EndpointSettings {
  const sequential = options.sequential ?? false
  if (sequential && options.parallelism !== undefined && options.parallelism !== 1) {
    throw new JasperError('JASPER_BAD_OPTION', `${address} is sequential and has a parallelism of ${options.parallelism}. Leave one of them out.`)
  }
  if (sequential && options.mode !== undefined && options.mode !== 'durable') {
    throw new JasperError(
      'JASPER_BAD_OPTION',
      `${address} is sequential and ${options.mode}. Messages in memory keep no order through retries, nor between processes: make it durable.`,
    )
  }
  return {
    address,
    mode: modeOf(address, options.mode ?? 'durable'),
    parallelism: sequential ? 1 : positive(options.parallelism ?? limit ?? endpointDefaults.parallelism, `parallelism of ${address}`),
    sequential,
    onDeadLetter: afterDeadLetter(address, options),
    ...dedupWindow(address, options),
    timeoutMs: positive(toMilliseconds(options.timeout ?? endpointDefaults.timeoutMs, `timeout of ${address}`), `timeout of ${address}`),
    ...(options.timeout !== undefined && { saysTimeout: true }),
    buffer: positive(options.buffer ?? endpointDefaults.buffer, `buffer of ${address}`),
    messageType: options.messageType,
    circuitBreaker: options.circuitBreaker && fillInBreaker(address, options.circuitBreaker),
  }
}

function fillInBreaker(address: string, { minimum, failurePercent, window, pause, on }: CircuitBreakerOptions): BreakerSettings {
  const defaults = endpointDefaults.circuitBreaker
  const what = (option: string): string => `circuitBreaker.${option} of ${address}`
  const percent = failurePercent ?? defaults.failurePercent
  if (!(percent > 0 && percent <= 100)) {
    throw new JasperError('JASPER_BAD_OPTION', `${what('failurePercent')} is ${String(percent)}. Give more than 0 and at most 100.`)
  }
  if (on !== undefined && typeof on.isMeant !== 'function') {
    throw new JasperError('JASPER_BAD_OPTION', `${what('on')} says not which errors count. Give onError(PaymentTimeout), or another match.`)
  }
  return {
    minimum: positive(minimum ?? defaults.minimum, what('minimum')),
    failurePercent: percent,
    windowMs: positive(toMilliseconds(window ?? defaults.windowMs, what('window')), what('window')),
    pauseMs: positive(toMilliseconds(pause ?? defaults.pauseMs, what('pause')), what('pause')),
    counts: (error) => on?.isMeant(error) ?? true,
  }
}

function dedupWindow(address: string, { dedupWindow: window, mode }: ListenerOptions): { readonly dedupWindowMs?: number } {
  if (window === undefined) return {}
  if (mode !== 'buffered') return { dedupWindowMs: toMilliseconds(window, `dedupWindow of ${address}`) }
  throw new JasperError('JASPER_BAD_OPTION', `${address} is buffered and has a dedupWindow. What was handled in memory is not remembered: make it durable.`)
}

function afterDeadLetter(address: string, { onDeadLetter = endpointDefaults.onDeadLetter, mode }: ListenerOptions): 'release' | 'block' {
  if (onDeadLetter !== 'release' && onDeadLetter !== 'block') {
    throw new JasperError('JASPER_BAD_OPTION', `onDeadLetter of ${address} is ${JSON.stringify(onDeadLetter)}. It is 'release' or 'block'.`)
  }
  if (onDeadLetter === 'block' && mode === 'buffered') {
    throw new JasperError('JASPER_BAD_OPTION', `${address} is buffered and has onDeadLetter: 'block'. Messages in memory have no ordering keys: make it durable.`)
  }
  return onDeadLetter
}

function modeOf(address: string, mode: string): EndpointMode {
  if (mode === 'durable' || mode === 'buffered') return mode
  if (mode !== 'inline') {
    throw new JasperError('JASPER_BAD_OPTION', `mode of ${address} is ${JSON.stringify(mode)}. It is 'durable', 'buffered' or 'inline'.`)
  }
  if (!isLocal(address)) return mode
  throw new JasperError('JASPER_BAD_OPTION', `mode of ${address} is 'inline', and nobody keeps the messages of a local queue meanwhile. It is 'durable' or 'buffered'.`)
}
