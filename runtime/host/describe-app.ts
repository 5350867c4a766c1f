import { inWords } from '../config/in-words.ts'
import { describePolicy } from '../config/default-policy.ts'
import type { AnyChain } from '../dispatch/chain.ts'
import type { Registry } from '../dispatch/registry.ts'
import type { BreakerSettings } from '../inbox/circuit-breaker.ts'
import type { EndpointControl } from '../inbox/endpoint-control.ts'
import type { RouteTable } from '../routing/route-table.ts'
import { isLocal } from '../routing/destination.ts'
import type { EndpointSettings } from '../routing/route-table.ts'
import type { AppDescription } from './app.ts'
import type { HostParts } from './host-parts.ts'
import type { Traffic } from './traffic.ts'

/** An app in words. Names no secret: the store describes itself without any. */
export function describeApp(
  { name, store, sendOnly, recovery }: Pick<HostParts, 'name' | 'store' | 'sendOnly' | 'recovery'>,
  registry: Registry,
  routes: RouteTable,
  traffic: Traffic,
  control: EndpointControl,
): AppDescription {
  return {
    name,
    store: store.description,
    sendOnly,
    recovery,
    chains: registry.chains().map((chain) => {
      const destinations = destinationsOf(chain, routes)
      const policy = registry.policyOf(chain)
      const durable = handledAt(chain, routes).every((endpoint) => endpoint.mode !== 'buffered')
      return {
        message: chain.message,
        handlers: chain.handlers,
        transaction: chain.transaction?.name,
        cascades: chain.cascades,
        destinations,
        effects: chain.transaction !== undefined && durable && store.capabilities.durable ? 'exactly once' : 'at least once',
        onFailure: describePolicy(policy.rules),
        timeoutMs: policy.timeoutMs?.value,
        orderedBy: policy.orderingKey?.value.words,
      }
    }),
    endpoints: [...routes.endpoints.values()].map((settings) => ({
      address: settings.address,
      mode: settings.mode,
      parallelism: settings.parallelism,
      sequential: settings.sequential,
      onDeadLetter: settings.onDeadLetter,
      timeoutMs: settings.timeoutMs,
      connected: traffic.isConnected(settings.address),
      circuitBreaker: settings.circuitBreaker && describeBreaker(settings.circuitBreaker),
      flow: control.flow(settings.address),
    })),
    recurring: routes.recurring.map(({ name, message, timetable, missed }) => {
      return { name, message, timetable: timetable.description, missed }
    }),
    senders: traffic.list(),
    transports: traffic.transports(),
  }
}

/** Where the messages of a chain go: of those that handlers have each for themselves, to its own queue. */
function destinationsOf(chain: AnyChain, { destinations, separate, queueOf }: RouteTable): readonly string[] {
  return separate.has(chain.message) ? [queueOf(chain)] : (destinations.get(chain.message) ?? [])
}

/** Where this app may come to handle a message: its local queues, and whatever it receives from elsewhere. */
function handledAt(chain: AnyChain, routes: RouteTable): readonly EndpointSettings[] {
  const own = new Set(destinationsOf(chain, routes))
  const goesOn = routes.separate.has(chain.message)
  return [...routes.endpoints.values()].filter(({ address }) => own.has(address) || (!isLocal(address) && !goesOn))
}

function describeBreaker({ minimum, failurePercent, windowMs, pauseMs }: BreakerSettings): string {
  return (
    `opens for ${inWords(pauseMs)} when ${failurePercent} % of the attempts within ${inWords(windowMs)} have failed, ` +
    `${minimum} at the least`
  )
}
