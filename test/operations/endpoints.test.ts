import { afterAll, beforeAll, expect, it } from 'vitest'
import { claim, insert, message, uuid } from '../conformance/message-store/scene.ts'
import { openDesk, type Desk } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

it('jasper endpoints pauses for all processes, shows it, and resumes', async () => {
  expect(await desk.run('endpoints list')).toMatchObject({ code: 0, out: 'No endpoint is paused, and none has messages.\n' })
  await insert(desk.store, message())
  expect(await desk.run('endpoints pause local://orders --for 30m --reason maintenance')).toMatchObject({ code: 0, out: '✓ local://orders is paused for 30 min.\n' })
  expect(await claim(desk.store, uuid())).toEqual([])
  expect((await desk.run('endpoints list')).out).toMatch(/local:\/\/orders +paused, 30 min left +1 .* maintenance\n/)
  expect(await desk.json('endpoints resume local://orders')).toEqual({ ok: true, endpoint: 'local://orders' })
  expect(await desk.run('endpoints resume local://orders')).toMatchObject({ code: 1 })
  expect(await claim(desk.store, uuid())).toHaveLength(1)
  expect(await desk.run('endpoints pause nonsense')).toMatchObject({ code: 2 })
})
