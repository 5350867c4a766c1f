import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventGathering } from '../../compiler/watch/gather-events.ts'

let batches: string[][]
let events: EventGathering
let work: Promise<void>

beforeEach(() => {
  vi.useFakeTimers()
  batches = []
  work = Promise.resolve()
  events = new EventGathering(({ paths }) => {
    batches.push([...paths])
    return work
  })
})
afterEach(async () => {
  await events.stop()
  vi.useRealTimers()
})

describe('the gathering of events', () => {
  it('makes one batch of a burst', async () => {
    events.add('/a')
    await vi.advanceTimersByTimeAsync(9)
    events.add('/b')
    expect(batches).toEqual([])
    await vi.advanceTimersByTimeAsync(10)
    expect(batches).toEqual([['/a', '/b']])
  })

  it('does not wait for ever where it is never quiet', async () => {
    for (let at = 0; at < 60; at += 5) {
      events.add(`/${at}`)
      await vi.advanceTimersByTimeAsync(5)
    }
    expect(batches.length).toBeGreaterThan(0)
    expect(batches[0]).toContain('/0')
  })

  it('looks a second time, for what the watcher drops shortly after an event', async () => {
    events.add('/a')
    await vi.advanceTimersByTimeAsync(200)
    expect(batches).toEqual([['/a'], ['/a']])
  })

  it('handles one batch at a time', async () => {
    let done = (): void => undefined
    work = new Promise((resolve) => (done = resolve))
    events.add('/a')
    await vi.advanceTimersByTimeAsync(10)
    events.add('/b')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(batches).toEqual([['/a']])
    work = Promise.resolve()
    done()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(batches.slice(1).flat().sort()).toEqual(['/a', '/b'])
  })

  it('forgets what has not begun when it is stopped', async () => {
    events.add('/a')
    await events.stop()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(batches).toEqual([])
  })
})
