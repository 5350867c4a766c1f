import { describe, expect, it } from 'vitest'
import { Sends } from '../../runtime/bus/sends.ts'
import type { Routing, UnroutedMessage, UnroutedMessages } from '../../runtime/contracts/message-store.ts'
import { Registry } from '../../runtime/dispatch/registry.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import type { Endpoint } from '../../runtime/inbox/endpoint.ts'
import { SqlRouter } from '../../runtime/outbox/sql-router.ts'
import { Transports } from '../../runtime/routing/transports.ts'
import { makeRouteTable } from '../../runtime/routing/route-table.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { eventually } from '../support/eventually.ts'
import { chainsOf, keptLog, registration } from './small-app.ts'

/** Unrouted messages of a store that refuses some pages. */
function router(count: number, refuse: (ids: readonly string[], routings: readonly Routing[]) => void) {
  const chains = chainsOf({ Count: () => undefined })
  const messages = [registration('Count')]
  const routes = makeRouteTable(chains, messages, undefined)
  const clock = new ManualClock()
  const log = keptLog()
  const woken: string[] = []
  const endpoint = (address: string) =>
    ({ settings: routes.endpoints.get(address)!, wake: () => void woken.push(address) }) as unknown as Endpoint
  const endpoints = new Map([...routes.endpoints.keys()].map((address) => [address, endpoint(address)]))
  const waiting: UnroutedMessage[] = Array.from({ length: count }, (_, n) => ({
    id: `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    messageType: 'Count',
    messageVersion: undefined,
    body: Buffer.from(JSON.stringify({ n })),
    headers: {},
    orderingKey: undefined,
    dueAt: undefined,
    correlationId: undefined,
    tenantId: undefined,
  }))
  const stored: string[] = []
  const unrouted: UnroutedMessages = {
    async route(_, limit, route) {
      const taken = waiting.slice(0, limit)
      const routings = await route(taken)
      refuse(taken.map(({ id }) => id), routings)
      waiting.splice(0, taken.length)
      stored.push(...routings.map(({ kind }, at) => `${kind} ${JSON.parse(Buffer.from(taken[at]!.body).toString()).n as number}`))
      return taken.length
    },
    park: async () => 0,
    list: async () => [],
    discard: async () => 0,
  }
  const sends = new Sends(new Registry(messages, chains), routes, endpoints, new Transports(), clock)
  const after = { announce: (): void => undefined, dueWithin: (): void => undefined }
  return { router: new SqlRouter({ unrouted, messages, routes, sends, clock, log, after }), stored, clock, log, woken }
}

describe('the router of messages sent by SQL', () => {
  it('finds the one that no row can hold, dead-letters it, and routes the rest in order', async () => {
    const bad = '018f0000-0000-7000-8000-000000000002'
    const scene = router(5, (ids, routings) => {
      if (routings.some(({ kind }, at) => ids[at] === bad && kind === 'routed')) throw new JasperError('JASPER_BAD_OPTION', 'no row can hold it')
    })
    scene.router.open()
    await eventually('all are settled', () => scene.stored.length === 5)
    expect(scene.stored).toEqual(['routed 0', 'routed 1', 'dead 2', 'routed 3', 'routed 4'])
    expect(scene.woken).toContain('local://count')
    await scene.router.close()
  })

  it('asks a store that is away again, and dead-letters nothing for it', async () => {
    let away = 3
    const scene = router(2, () => {
      if (away-- > 0) throw new JasperError('JASPER_STORE_UNREACHABLE', 'away')
    })
    scene.router.open()
    await eventually('all are settled', async () => {
      await scene.clock.advance(1_000)
      return scene.stored.length === 2
    })
    expect(scene.stored).toEqual(['routed 0', 'routed 1'])
    await scene.router.close()
  })

  it('routes nothing before it is opened and after it is closed', async () => {
    const scene = router(1, () => undefined)
    scene.router.wake()
    await scene.router.close()
    scene.router.wake()
    await scene.clock.advance(10)
    expect(scene.stored).toEqual([])
  })
})
