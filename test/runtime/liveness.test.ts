import { describe, expect, it } from 'vitest'
import type { BeatReport, Nodes } from '../../runtime/contracts/message-store.ts'
import { Liveness } from '../../runtime/durability/liveness.ts'
import { NodeIdentity } from '../../runtime/durability/node-identity.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { keptLog } from './small-app.ts'

const nothing = { claimable: [], parked: [], sendable: [], pauses: [], nextDueInMs: undefined, nextSendDueInMs: undefined }
const healthy: BeatReport = { alive: true, others: [], ...nothing, unbroken: true }

describe('a node that was declared dead', () => {
  it.each([
    ['the database is away', false],
    ['the answers of the database are lost', true],
  ])('comes back under one new id, also when it is registered while %s', async (_, holds) => {
    const clock = new ManualClock()
    const node = new NodeIdentity(clock)
    const known = new Set<string>()
    const asked: string[] = []
    let isAway = false
    let renewed = 0
    const nodes = {
      register({ id }) {
        asked.push(id)
        if (!isAway || holds) known.add(id)
        return isAway ? Promise.reject(new JasperError('JASPER_STORE_UNREACHABLE', 'away')) : Promise.resolve()
      },
      beat: (id) => Promise.resolve({ ...healthy, alive: known.has(id) }),
      releaseOrphans: () => Promise.resolve([]),
    } as Partial<Nodes> as Nodes
    const nothing = (): void => undefined
    const liveness = new Liveness({
      nodes, node, clock, log: keptLog(), endpoints: [],
      recovers: true, unpark: nothing, wake: nothing, dueWithin: nothing, learnPauses: nothing, renewed: () => (renewed += 1),
    })
    await liveness.start()
    const former = node.id
    known.clear()
    isAway = true
    await clock.advance(3_600)
    const later = node.id
    isAway = false
    await clock.advance(3_600)
    await liveness.stop()
    expect(asked).toEqual([former, later, later, later, later])
    expect([node.id === later, later === former, renewed]).toEqual([true, false, 1])
  })
})

describe('rows of a node that is gone', () => {
  it('are looked for at the start and for two beats after a node has gone, and at no other beat', async () => {
    const clock = new ManualClock()
    const woken: string[] = []
    let others: BeatReport['others'] = [{ id: 'other', host: 'elsewhere', beat: '1', beatAgeMs: 0, lockHeld: true }]
    let sweeps = 0
    const nodes = {
      register: () => Promise.resolve(),
      beat: () => Promise.resolve({ ...healthy, others }),
      releaseOrphans: () => Promise.resolve(++sweeps === 3 ? ['local://x'] : []),
    } as Partial<Nodes> as Nodes
    const nothing = (): void => undefined
    const wake = (endpoints: readonly string[]): void => void woken.push(...endpoints)
    const liveness = new Liveness({
      nodes, node: new NodeIdentity(clock), clock, log: keptLog(), endpoints: [],
      recovers: true, unpark: nothing, wake, dueWithin: nothing, learnPauses: nothing, renewed: nothing,
    })
    await liveness.start()
    await clock.advance(6_000)
    expect(sweeps).toBe(1)
    others = []
    await clock.advance(6_000)
    await liveness.stop()
    expect([sweeps, woken]).toEqual([3, ['local://x']])
  })
})
