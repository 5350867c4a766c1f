import { describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'
import { InMemoryRows } from '../../runtime/stores/in-memory/in-memory-rows.ts'
import { inMemoryStoreOver } from '../../runtime/stores/in-memory/in-memory-message-store.ts'
import { envelope } from '../conformance/message-store/scene.ts'
import { handTransport } from './hand-transport.ts'
import { startsSmallApps } from './small-app.ts'

const start = startsSmallApps()
const id = '00000000-0000-7000-8000-000000000001'

describe('a delivery that cannot be read', () => {
  it('and has the id of a message that is being handled is dropped, and does that message no harm', async () => {
    const { transport, deliver, acknowledged } = handTransport()
    let end: (() => void) | undefined
    const { app, clock, log } = await start(
      { A: () => new Promise<void>((resolve) => (end = resolve)) },
      { transports: [transport], routes: defineRoutes(({ listen }) => listen('hand://a', { timeout: '1h' })) },
    )
    deliver(id, 1)
    await clock.advance(1_000)
    expect(end).toBeDefined()
    deliver(id, 1, { [headerNames.sentAt]: 'yesterday' })
    await clock.advance(1_000)
    expect(acknowledged).toEqual([id, id])
    expect(await app.deadLetters.list({ limit: 10 })).toEqual([])
    expect(log.has('dropped as a second delivery')).toBe(true)
    end!()
    await clock.advance(1_000)
    expect(await app.counts()).toEqual([])
    expect(log.has('taken over by another node')).toBe(false)
  })
})

describe('a destination that its transport refuses', () => {
  it('keeps its messages in the store, and its process alive', async () => {
    const rows = new InMemoryRows()
    const { transport } = handTransport()
    const { app, clock, log } = await start({ A: () => undefined }, { transports: [transport], store: inMemoryStoreOver(rows) })
    rows.insert({ envelope: envelope({ destination: 'hand://nowhere' }), owner: undefined, lane: undefined, outgoing: true }, clock.now().getTime())
    await clock.advance(5_000)
    expect(log.has('this node cannot beat')).toBe(false)
    expect(log.lines.filter(({ event }) => event.includes('cannot be sent to'))).toHaveLength(1)
    expect(await app.senders.counts()).toMatchObject([{ destination: 'hand://nowhere', ready: 1 }])
  })
})
