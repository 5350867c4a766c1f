import { expect, it } from 'vitest'
import type { DedicatedConnection } from '../../runtime/stores/postgres/dedicated-connection.ts'
import { PostgresWakeUps } from '../../runtime/stores/postgres/wake-ups.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { quiet } from '../conformance/message-store/scene.ts'

const notification = { processId: 2, channel: 'jasper_7', payload: '["local://orders"]' } as Parameters<PostgresWakeUps['notified']>[0]

it('a notification that was on its way while the store closed wakes nobody and throws nothing', async () => {
  let open = true
  const orClosed = <T>(value: T): T => {
    if (!open) throw new Error('the store is closed')
    return value
  }
  const clock = new ManualClock()
  const connection = { processId: 1, run: async () => [] } as unknown as DedicatedConnection
  const wakeUps = new PostgresWakeUps({
    dedicated: () => orClosed(connection),
    channel: () => orClosed('jasper_7'),
    clock: () => clock,
    log: () => quiet,
  })
  const woken: (readonly string[])[] = []
  await wakeUps.listen((endpoints) => void woken.push(endpoints))
  wakeUps.notified(notification)
  expect(woken).toEqual([['local://orders']])

  wakeUps.close()
  open = false
  wakeUps.notified(notification)
  expect(woken).toHaveLength(1)
})
