import { describe, expect } from 'vitest'
import type { MessageStoreHarness } from '../harness.ts'
import { signal } from '../../support/eventually.ts'
import { sceneTests } from './scene.ts'

export function wakingUp(harness: MessageStoreHarness): void {
  const it = sceneTests(harness)

  describe('wake-ups', () => {
    it('are sent without an answer, to nobody, and for nothing', async (_, store) => {
      store.wakeUps.notify(['local://orders'])
      store.wakeUps.notify([])
      await store.wakeUps.listen(() => undefined)
    })

    it('never throw after close', async (_, store) => {
      await store.close()
      store.wakeUps.notify(['local://orders'])
    })

    if (!harness.capabilities.wakesOtherProcesses) {
      it('do not reach other processes, as the store says of itself', async (scene, store) => {
        const other = await scene.process()
        const woken: (readonly string[])[] = []
        await other.wakeUps.listen((endpoints) => woken.push(endpoints))
        store.wakeUps.notify(['local://orders'])
        await new Promise((resolve) => setImmediate(resolve))
        expect(woken).toEqual([])
      })
      return
    }

    it('reach other processes with the endpoints', async (scene, store) => {
      const other = await scene.process()
      const woken = signal<readonly string[]>('a wake-up')
      await other.wakeUps.listen(woken.fire)
      store.wakeUps.notify(['local://orders', 'local://ünïcode "x"'])
      expect(await woken.fired).toEqual(['local://orders', 'local://ünïcode "x"'])
    })

    it('lose no endpoint when many are told at once, and are few', async (scene, store) => {
      const other = await scene.process()
      const expected = new Set(Array.from({ length: 2_000 }, (_, at) => `local://endpoint-number-${at}`))
      const seen = new Set<string>()
      const all = signal('all endpoints')
      let calls = 0
      await other.wakeUps.listen((endpoints) => {
        calls += 1
        for (const endpoint of endpoints) seen.add(endpoint)
        if (seen.size === expected.size) all.fire()
      })
      for (const endpoint of expected) store.wakeUps.notify([endpoint])
      await all.fired
      expect(seen).toEqual(expected)
      expect(calls).toBeLessThan(100)
    })

    it('do not come back to their sender', async (scene, store) => {
      const other = await scene.process()
      const own: (readonly string[])[] = []
      const woken = signal<readonly string[]>('a wake-up')
      await store.wakeUps.listen((endpoints) => own.push(endpoints))
      await other.wakeUps.listen(woken.fire)
      store.wakeUps.notify(['local://orders'])
      await woken.fired
      const back = signal<readonly string[]>('an answer')
      await store.wakeUps.listen(back.fire)
      other.wakeUps.notify(['local://answer'])
      await back.fired
      expect(own).toEqual([['local://answer']])
    })

    it('survive a listener that throws', async (scene, store) => {
      const other = await scene.process()
      const woken = signal<readonly string[]>('the second listener')
      await other.wakeUps.listen(() => {
        throw new Error('from a test')
      })
      await other.wakeUps.listen(woken.fire)
      store.wakeUps.notify(['local://orders'])
      await woken.fired
    })
  })
}
