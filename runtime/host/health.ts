import type { Clock } from '../contracts/clock.ts'
import type { EndpointBacklog } from '../contracts/message-store.ts'
import { silentWithLockMs } from '../durability/liveness-judge.ts'
import type { Endpoint } from '../inbox/endpoint.ts'

/** How an app is, for probes and for people. */
export interface Health {
  /** For a liveness probe: `false` when only a new process helps. A database that is away is no reason. */
  readonly live: boolean
  /** For a readiness probe: started, the store answers, and the other nodes know that this one lives. */
  readonly ready: boolean
  readonly store: StoreHealth
  readonly node: NodeHealth
  readonly endpoints: readonly EndpointHealth[]
}

export interface StoreHealth {
  readonly answers: boolean
  readonly answeredInMs: number
  /** Why it does not answer, without secrets. */
  readonly error: string | undefined
}

export interface NodeHealth {
  /** The owner of this process's claims. */
  readonly id: string
  /** Since the others last heard of it; `undefined` before the first time. */
  readonly beatAgeMs: number | undefined
}

export interface EndpointHealth {
  readonly address: string
  /** `failing`: it cannot claim at present, and goes on trying. */
  readonly state: 'open' | 'paused' | 'failing'
  /** How long the first in line has waited; `undefined` where nothing waits, or nobody could tell. */
  readonly waitedMs: number | undefined
}

export interface HealthParts {
  readonly state: 'new' | 'starting' | 'running' | 'stopping' | 'stopped'
  readonly clock: Clock
  readonly nodeId: string
  /** Monotonic. */
  readonly beatenAt: number | undefined
  readonly endpoints: Iterable<Endpoint>
  readonly backlog: () => Promise<readonly EndpointBacklog[]>
}

/** A process whose store answers, and that has not been able to beat for so long, does not recover. */
const stuckAfterMs = 4 * silentWithLockMs

/** Asks the store one cheap question. Never rejects, and takes no longer than `timeoutMs`. */
export async function healthOf({ state, clock, nodeId, beatenAt, endpoints, backlog }: HealthParts, timeoutMs: number): Promise<Health> {
  const began = clock.monotonic()
  const asked = await withinTime(clock, timeoutMs, backlog)
  const now = clock.monotonic()
  const beatAgeMs = beatenAt === undefined ? undefined : now - beatenAt
  const waited = new Map(asked.kind === 'answer' ? asked.value.map(({ endpoint, waitedMs }) => [endpoint, waitedMs]) : [])
  const answers = asked.kind === 'answer'
  return {
    live: state !== 'stopped' && !(answers && state === 'running' && beatAgeMs !== undefined && beatAgeMs > stuckAfterMs),
    ready: state === 'running' && answers && beatAgeMs !== undefined && beatAgeMs < silentWithLockMs,
    store: { answers, answeredInMs: now - began, error: answers ? undefined : asked.error },
    node: { id: nodeId, beatAgeMs },
    endpoints: [...endpoints].map((endpoint) => ({
      address: endpoint.settings.address,
      state: endpoint.isFailing ? 'failing' : 'open',
      waitedMs: waited.get(endpoint.settings.address),
    })),
  }
}

type Asked<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'none'; readonly error: string }

async function withinTime<T>(clock: Clock, ms: number, ask: () => Promise<T>): Promise<Asked<T>> {
  const over = new AbortController()
  const late = clock.sleep(ms, over.signal).then((): Asked<T> => ({ kind: 'none', error: `The store did not answer within ${ms} ms.` }))
  const asking = async (): Promise<Asked<T>> => {
    try {
      return { kind: 'answer', value: await ask() }
    } catch (error) {
      return { kind: 'none', error: error instanceof Error ? error.message : String(error) }
    }
  }
  const asked = await Promise.race([asking(), late])
  over.abort()
  return asked
}
