import { describe, expect, it } from 'vitest'
import { Batches } from '../../runtime/timing/batches.ts'

/** Performs batches only when told to, so that a test decides what is gathered meanwhile. */
function gated<Item>() {
  const batches: Item[][] = []
  const gates: (() => void)[] = []
  const perform = async (items: readonly Item[]) => {
    batches.push([...items])
    await new Promise<void>((resolve) => gates.push(resolve))
    return items.map((item) => `done ${String(item)}`)
  }
  const next = async () => {
    while (gates.length === 0) await Promise.resolve()
    gates.shift()!()
  }
  return { batches, perform, next }
}

describe('batches', () => {
  it('does one item at once and what comes meanwhile in the next batch, in order', async () => {
    const { batches, perform, next } = gated<number>()
    const all = new Batches<number, string>(10, perform)
    const first = all.submit(1)
    while (batches.length === 0) await Promise.resolve()
    const rest = [2, 3, 4].map((n) => all.submit(n))
    await next()
    expect(await first).toBe('done 1')
    await next()
    expect(await Promise.all(rest)).toEqual(['done 2', 'done 3', 'done 4'])
    expect(batches).toEqual([[1], [2, 3, 4]])
  })

  it('never makes a batch larger than its limit', async () => {
    const sizes: number[] = []
    const all = new Batches<number, number>(3, (items) => {
      sizes.push(items.length)
      return Promise.resolve(items)
    })
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => all.submit(n)))
    expect(Math.max(...sizes)).toBe(3)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(7)
  })

  it('lets a bad item fail alone', async () => {
    const all = new Batches<number, number>(10, (items) => {
      if (items.includes(13)) return Promise.reject(new Error('thirteen'))
      return Promise.resolve(items)
    })
    const outcomes = await Promise.allSettled([1, 13, 2].map((n) => all.submit(n)))
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('is idle when all is done, and not before', async () => {
    const { perform, next } = gated<number>()
    const all = new Batches<number, string>(10, perform)
    await all.idle()
    void all.submit(1)
    let idle = false
    const waiting = all.idle().then(() => (idle = true))
    await Promise.resolve()
    expect(idle).toBe(false)
    await next()
    await waiting
  })
})
