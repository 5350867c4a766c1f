import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insert, message, uuid } from '../conformance/message-store/scene.ts'
import { openDesk, type Desk } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000)

describe('jasper scheduled', () => {
  it('lists, moves and cancels what is still to come', async () => {
    expect(await desk.run('scheduled list')).toEqual({ code: 0, out: 'Nothing is scheduled.\n', error: '' })
    const [soon, later] = [message({ scheduledFor: inMinutes(30) }), message({ messageType: 'SendReminder', scheduledFor: inMinutes(600) })]
    await insert(desk.store, later, soon)
    const { out } = await desk.run('scheduled list')
    expect(out).toMatch(new RegExp(`due +message +queue +id\n.*in 30 min +PlaceOrder .*${soon.envelope.id}\n.*in 10 h +SendReminder .*${later.envelope.id}`))
    expect(await desk.json('scheduled list --type SendReminder')).toMatchObject({ ok: true, messages: [{ id: later.envelope.id, queue: 'local://orders' }] })

    expect(await desk.run(`scheduled reschedule ${later.envelope.id} 10m`)).toMatchObject({ code: 0, out: expect.stringMatching(/✓ local:\/\/orders {2}now due at .*, in 10 min\n/) as string })
    expect(await desk.json('scheduled list --limit 1')).toMatchObject({ messages: [{ id: later.envelope.id }], next: expect.any(String) as string })
    expect(await desk.run(`scheduled reschedule ${later.envelope.id} soon`)).toMatchObject({ code: 3 })

    expect(await desk.run(`scheduled cancel ${soon.envelope.id}`)).toMatchObject({ code: 3, error: expect.stringContaining('--yes') as string })
    expect(await desk.json(`scheduled cancel ${soon.envelope.id} --yes`)).toEqual({ ok: true, id: soon.envelope.id, queues: { 'local://orders': 'changed' } })
    expect(await desk.run(`scheduled cancel ${soon.envelope.id} --yes`)).toMatchObject({ code: 1, error: expect.stringContaining('No message') as string })
    expect(await desk.run(`scheduled cancel ${uuid()} --yes --json`)).toMatchObject({ code: 1 })
    await desk.store.scheduled.cancel(later.envelope.id)
  })

  it('says that it was too late', async () => {
    const due = message()
    await insert(desk.store, due)
    expect(await desk.run(`scheduled cancel ${due.envelope.id} -y`)).toMatchObject({ code: 1, out: '✗ local://orders  too late: its time had come\n' })
  })
})
