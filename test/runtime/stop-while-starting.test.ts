import { describe, expect, it } from 'vitest'
import type { MessageStore } from '../../runtime/contracts/message-store.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { signal } from '../support/eventually.ts'
import { smallApp } from './small-app.ts'

/** The in-memory store, with one step of the start held back until the test lets it go. */
function heldBack(step: 'open' | 'listen' | 'register') {
  const reached = signal(`the start reaches ${step}`)
  const released = signal(`the test lets ${step} go`)
  const store = inMemory()
  const hold = async <T>(go: () => Promise<T>): Promise<T> => {
    reached.fire()
    await released.fired
    return await go()
  }
  const slow: MessageStore = Object.assign(Object.create(store) as MessageStore, {
    ...(step === 'open' && { open: (options: Parameters<MessageStore['open']>[0]) => hold(() => store.open(options)) }),
    close: () => store.close(),
    dataHandle: (name: string) => store.dataHandle(name),
  })
  const { wakeUps, nodes } = store
  const named = (part: object): PropertyDescriptor => ({ get: () => part })
  Object.defineProperties(slow, {
    description: { get: () => store.description },
    capabilities: { get: () => store.capabilities },
    incoming: { get: () => store.incoming },
    deadLetters: { get: () => store.deadLetters },
    wakeUps: named(step !== 'listen' ? wakeUps : {
      listen: (onWake: (endpoints: readonly string[]) => void) => hold(() => wakeUps.listen(onWake)),
      notify: (endpoints: readonly string[]) => wakeUps.notify(endpoints),
    }),
    nodes: named(step !== 'register' ? nodes : {
      register: (node: Parameters<typeof nodes.register>[0]) => hold(() => nodes.register(node)),
      beat: (id: string, endpoints: readonly string[]) => nodes.beat(id, endpoints),
      takeOver: (id: string, limit: number) => nodes.takeOver(id, limit),
      releaseOrphans: (limit: number) => nodes.releaseOrphans(limit),
      leave: (id: string) => nodes.leave(id),
    }),
  })
  return { slow, reached: reached.fired, release: released.fire }
}

describe('a stop that comes while the app starts', () => {
  for (const step of ['open', 'listen', 'register'] as const) {
    it(`waits for the step under way, ${step}, and leaves nothing running`, async () => {
      const { slow, reached, release } = heldBack(step)
      const { app, clock } = smallApp({ Count: () => undefined }, { store: slow })
      const starting = app.start()
      const started = expect(starting).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
      await reached
      const stopping = app.stop()
      release()
      await started
      await clock.advance(5_000)
      await stopping
      // A claim, a beat or a sweep that went on would wait on the clock for its next turn.
      await clock.advance(120_000)
      expect(clock.waiting).toBe(0)
      await expect(app.bus.send('Count', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
    })
  }
})
