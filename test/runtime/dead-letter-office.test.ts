import { beforeEach, describe, expect, it } from 'vitest'
import { DeadLetterOffice } from '../../runtime/durability/dead-letter-office.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import type { MessageStore } from '../../runtime/contracts/message-store.ts'
import { claim, countsAt, deadLetter, endpoint, idsOf, insert, messages, quiet, uuid } from '../conformance/message-store/scene.ts'
import { ManualClock } from '../support/manual-clock.ts'

let clock: ManualClock
let store: MessageStore
let office: DeadLetterOffice
const woken: string[] = []

beforeEach(async () => {
  clock = new ManualClock()
  store = inMemory()
  woken.length = 0
  await store.open({ appName: 'office', clock, log: quiet })
  office = new DeadLetterOffice({ deadLetters: store.deadLetters, clock, wake: (endpoints) => void woken.push(...endpoints) })
})

async function bury(count: number, lane?: string): Promise<readonly { id: string; endpoint: string }[]> {
  const list = messages(count, lane)
  await insert(store, ...list)
  const owner = uuid()
  for (;;) {
    const claimed = await claim(store, owner, count)
    if (claimed.length === 0) return idsOf(list).map((id) => ({ id, endpoint }))
    await store.incoming.settle(claimed.map((one) => deadLetter(one.claim)))
  }
}

describe('a replay', () => {
  it('at a rate brings back so many a second and no more', async () => {
    await bury(100)
    let done: number | undefined
    const counts: number[] = []
    void office.replay({}, { rate: 20, onProgress: (count) => void counts.push(count) }).then((count) => (done = count))
    const returned = async () => (await countsAt(store)).ready
    await clock.advance(0)
    expect(await returned()).toBe(2)
    await clock.advance(999)
    expect(await returned()).toBe(20)
    await clock.advance(1_000)
    expect(await returned()).toBe(40)
    await clock.advance(3_000)
    expect(done).toBe(100)
    expect(counts.at(-1)).toBe(100)
  })

  it('at less than one a second waits longer than a second', async () => {
    await bury(3)
    void office.replay({}, { rate: 0.5 })
    await clock.advance(1_990)
    expect(await countsAt(store)).toMatchObject({ ready: 1 })
    await clock.advance(20)
    expect(await countsAt(store)).toMatchObject({ ready: 2 })
    await clock.advance(4_000)
  })

  it('that is interrupted leaves the rest, and the same call goes on with it', async () => {
    const ids = await bury(30)
    const stop = new AbortController()
    const first = office.replay({ endpoint }, { rate: 10, signal: stop.signal })
    await clock.advance(950)
    stop.abort()
    expect(await first).toBe(10)
    expect(await countsAt(store)).toMatchObject({ ready: 10, deadLettered: 20 })
    expect(await office.replay({ endpoint })).toBe(20)
    expect(idsOf(await claim(store, uuid()))).toEqual(ids.map(({ id }) => id))
  })

  it('by ids goes in the order of arrival, whatever order they were named in, and passes over what is not there', async () => {
    const ids = await bury(3, 'lane')
    const asked = [{ id: uuid(), endpoint }, ids[2]!, { ...ids[1]!, endpoint: 'local://other' }, ids[0]!]
    expect(await office.replay(asked, { onProgress: () => undefined })).toBe(2)
    expect(idsOf(await claim(store, uuid()))).toEqual([ids[0]!.id])
    expect(await countsAt(store)).toMatchObject({ deadLettered: 1 })
  })

  it('in a lane keeps its order at any rate', async () => {
    const ids = await bury(5, 'lane')
    void office.replay({}, { rate: 10 })
    const owner = uuid()
    const handled: string[] = []
    for (let step = 0; step < 12; step++) {
      await clock.advance(100)
      const [next] = await claim(store, owner)
      if (next === undefined) continue
      handled.push(next.envelope.id)
      await store.incoming.settle([{ kind: 'complete', claim: next.claim, sends: [] }])
    }
    expect(handled).toEqual(ids.map(({ id }) => id))
  })

  it('goes beyond one page, and leaves alone what dies while it runs', async () => {
    await bury(1_201)
    let more = 0
    const count = await office.replay({}, { onProgress: () => void (more += 1) })
    expect(count).toBe(1_201)
    expect(more).toBe(3)
    expect(new Set(woken)).toEqual(new Set([endpoint]))
  })

  it('refuses a rate that is none', async () => {
    for (const rate of [0, -1, NaN, Infinity]) await expect(office.replay({}, { rate })).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
  })
})

describe('a discard', () => {
  it('takes those named or matching, and no others', async () => {
    const ids = await bury(4)
    expect(await office.discard([ids[0]!, { ...ids[1]!, endpoint: 'local://other' }])).toBe(1)
    expect(await office.discard({ ids: [ids[3]!.id] })).toBe(1)
    expect(await office.discard([])).toBe(0)
    expect(idsOf((await office.list({ limit: 10 })) as never)).toEqual([ids[2]!.id, ids[1]!.id])
    expect(await office.discard({})).toBe(2)
  })
})
