import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { outboxScene } from './outbox-scene.ts'

const scene = outboxScene()
const key = (n: number) => ({ deduplicationKey: `invoice-${n}` })

it('of messages with equal deduplication keys that two processes send at once, one is handled', async () => {
  const [one, other] = [await scene.counting(), await scene.counting()]
  const sends = Array.from({ length: 120 }, (_, at) => (at % 2 === 0 ? one : other).app.bus.send('Count', { n: at % 6 }, key(at % 6)))
  expect(new Set(await Promise.all(sends)).size).toBe(6)
  await eventually('nothing is left', async () => (await scene.stored()) === 0)
  expect([...one.handled, ...other.handled].sort()).toEqual([0, 1, 2, 3, 4, 5])
})

it('what transactions outside handlers send with a key is stored once, by each way, and never handled twice', async () => {
  const { app, handled } = await scene.counting()
  await app.outbox.transaction(scene.database.pool, async (tx, bus) => {
    await scene.effect(tx, 1)
    await bus.send('Count', { n: 1 }, key(1))
    await bus.send('Count', { n: 2 }, key(1))
  })
  for (const n of [3, 4]) await scene.callersOwn((client) => app.outbox.within(client, async (bus) => void (await bus.send('Count', { n }, key(1)))))
  await app.bus.send('Count', { n: 5 }, key(1))
  await app.bus.send('Count', { n: 6 })
  await eventually('nothing is left', async () => handled.includes(6) && (await scene.stored()) === 0)
  expect(handled).toEqual([1, 6])
  expect(await scene.effects()).toEqual([1])
})
