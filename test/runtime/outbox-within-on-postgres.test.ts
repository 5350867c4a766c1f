import type { PoolClient } from 'pg'
import { describe, expect, it } from 'vitest'
import type { MessageSender } from '../../runtime/bus/message-context.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { eventually } from '../support/eventually.ts'
import { outboxScene, type OutboxMessages } from './outbox-scene.ts'

const scene = outboxScene()
const { callersOwn, counting, effect, effects, start, stored } = scene

describe('outbox.within', () => {
  it('sends with the commit of the caller, at once, and not before', async () => {
    const { app, handled } = await counting()
    const committedAt = await callersOwn(async (client) => {
      await effect(client, 1)
      expect(await app.outbox.within(client, async (bus) => {
        await bus.send('Count', { n: 1 })
        return 'value'
      })).toBe('value')
      expect(await stored(), 'written, and seen by nobody else').toBe(0)
      expect((await client.query('select owner from jasper.incoming')).rows).toEqual([{ owner: null }])
      return performance.now()
    })
    await eventually('it is handled', () => handled.length === 1)
    expect(performance.now() - committedAt, 'by its signal, not by the poll of every 1.2 s').toBeLessThan(1_000)
    expect(await effects()).toEqual([1])
  })

  it('sends nothing when the caller rolls back, or goes back to a savepoint before it', async () => {
    const { app, handled } = await counting()
    await callersOwn((client) => app.outbox.within(client, (bus) => bus.send('Count', { n: 1 })), 'rollback')
    await callersOwn(async (client) => {
      await app.outbox.within(client, (bus) => bus.send('Count', { n: 2 }))
      await client.query('savepoint here')
      await app.outbox.within(client, (bus) => bus.send('Count', { n: 3 }))
      await client.query('rollback to savepoint here')
      await app.outbox.within(client, (bus) => bus.send('Count', { n: 4 }))
    })
    await eventually('what was committed is handled', async () => handled.length === 2 && (await stored()) === 0)
    expect(handled.sort()).toEqual([2, 4])
  })

  it('stores what the markers of a message say, counted from its time where it has one', async () => {
    const { app } = await counting({ markers: { deliverWithin: '1h', topic: 'counts' } })
    await callersOwn((client) =>
      app.outbox.within(client, async (bus) => {
        await bus.schedule('Count', { n: 1 }, '1d')
        await bus.schedule('Count', { n: 2 }, '2d', { deliverWithin: '3d' })
      }),
    )
    const { rows } = await scene.database.pool.query(
      `select extract(epoch from deliver_by - sent_at) / 3600 as hours, headers::jsonb #>> '{}' as headers from jasper.incoming order by seq`,
    )
    expect(rows.map(({ hours }) => Number(hours))).toEqual([25, 72])
    expect(rows.map(({ headers }) => (JSON.parse(headers as string) as Record<string, unknown>)['jasper-topic'])).toEqual(['counts', 'counts'])
  })

  it('refuses a connection without a transaction, one whose BEGIN was never sent, and one that has ended: nothing is stored', async () => {
    const { app, handled } = await counting()
    const client = await scene.database.pool.connect()
    try {
      const send = () => app.outbox.within(client, (bus) => bus.send('Count', { n: 1 }))
      await expect(send()).rejects.toMatchObject({ code: 'JASPER_NOT_A_TRANSACTION' })
      await client.query('begin')
      await client.query('commit')
      await expect(send()).rejects.toMatchObject({ code: 'JASPER_NOT_A_TRANSACTION' })
    } finally {
      client.release()
    }
    expect([await stored(), handled]).toEqual([0, []])
  })

  it('refuses a transaction that its own callback has ended, though another is open', async () => {
    const { app, handled } = await counting()
    await callersOwn(async (client) => {
      await expect(app.outbox.within(client, async (bus) => {
        await bus.send('Count', { n: 1 })
        await client.query('commit')
        await client.query('begin')
      })).rejects.toMatchObject({ code: 'JASPER_NOT_A_TRANSACTION' })
    })
    expect([await stored(), handled]).toEqual([0, []])
  })

  it('refuses a transaction in which a statement has failed', async () => {
    const { app } = await counting()
    await callersOwn(async (client) => {
      await client.query('select 1/0').catch(() => undefined)
      await expect(app.outbox.within(client, (bus) => bus.send('Count', { n: 1 }))).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
    }, 'rollback')
    await callersOwn(async (client) => {
      await expect(app.outbox.within(client, async (bus) => {
        await bus.send('Count', { n: 1 })
        await client.query('select 1/0').catch(() => undefined)
      })).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
    }, 'rollback')
  })

  it('refuses a pool, and what is no connection at all', async () => {
    const { app } = await counting()
    const within = (tx: unknown) => app.outbox.within(tx as PoolClient, async () => undefined)
    await expect(within(scene.database.pool)).rejects.toMatchObject({ code: 'JASPER_NOT_A_TRANSACTION', message: expect.stringContaining('was given a pool') })
    for (const nonsense of [undefined, null, 'tx', {}, { query() {} }]) {
      await expect(within(nonsense)).rejects.toMatchObject({ code: 'JASPER_NOT_A_TRANSACTION' })
    }
  })

  it('refuses a send after its callback', async () => {
    const { app } = await counting()
    let kept: MessageSender<OutboxMessages> | undefined
    await callersOwn(async (client) => {
      await app.outbox.within(client, async (bus) => void (kept = bus))
      await expect(kept!.send('Count', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_OUTBOX_CLOSED' })
    })
    expect(await stored()).toBe(0)
  })

  it('writes nothing of a callback that throws, and the caller may go on', async () => {
    const { app, handled } = await counting()
    await callersOwn(async (client) => {
      await expect(app.outbox.within(client, async (bus) => {
        await bus.send('Count', { n: 1 })
        throw new Error('no')
      })).rejects.toThrow('no')
      await app.outbox.within(client, (bus) => bus.send('Count', { n: 2 }))
    })
    await eventually('the second is handled', () => handled.length === 1)
    expect(handled).toEqual([2])
  })

  it('refuses a message that would be in memory only, whether or not the callback minds', async () => {
    const { app, handled } = await counting({ routes: defineRoutes(({ listen }) => listen('local://count', { mode: 'buffered' })) })
    await callersOwn(async (client) => {
      await expect(app.outbox.within(client, (bus) => bus.send('Count', { n: 1 }))).rejects.toMatchObject({ code: 'JASPER_NOT_SUPPORTED' })
      await expect(app.outbox.within(client, async (bus) => void (await bus.send('Count', { n: 1 }).catch(() => undefined)))).rejects.toMatchObject({
        code: 'JASPER_NOT_SUPPORTED',
      })
    })
    expect(handled).toEqual([])
  })

  it('with notify: false is found by the safety poll', async () => {
    const { app, handled } = await counting()
    const listener = await scene.database.pool.connect()
    const heard: string[] = []
    listener.on('notification', ({ payload }) => heard.push(payload ?? ''))
    const { rows } = await scene.database.pool.query<{ channel: string }>(`select 'jasper_' || 'jasper.nodes'::regclass::oid::int as channel`)
    await listener.query(`listen "${rows[0]!.channel}"`)
    try {
      await callersOwn((client) => app.outbox.within(client, (bus) => bus.send('Count', { n: 1 }), { notify: false }))
      await eventually('it is handled', () => handled.length === 1)
      await callersOwn((client) => app.outbox.within(client, (bus) => bus.send('Count', { n: 2 })))
      await eventually('the second is announced', () => heard.includes('["local://count"]'))
      expect(heard.filter((payload) => payload === '["local://count"]'), 'the second alone').toHaveLength(1)
    } finally {
      listener.release(true)
    }
  })

  it('schedules: not before its time, and in time', async () => {
    const { app, handled } = await counting()
    const sentAt = performance.now()
    await callersOwn((client) => app.outbox.within(client, (bus) => bus.schedule('Count', { n: 1 }, '300ms')))
    await eventually('it is handled', () => handled.length === 1)
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(295)
  })

  it('passes over an id that is stored or was handled', async () => {
    const { app, handled } = await counting()
    const id = '018f0000-0000-7000-8000-000000000001'
    for (let time = 0; time < 2; time++) {
      await callersOwn((client) => app.outbox.within(client, (bus) => bus.send('Count', { n: 1 }, { id })))
      await eventually('it is handled', async () => handled.length === 1 && (await stored()) === 0)
    }
    await callersOwn((client) => app.outbox.within(client, (bus) => bus.send('Count', { n: 2 })))
    await eventually('the last is handled', () => handled.includes(2))
    expect(handled).toEqual([1, 2])
  })

  it('keeps the order of sends, over several calls, at a sequential endpoint', async () => {
    const { app, handled } = await counting({ routes: defineRoutes(({ listen }) => listen('local://count', { sequential: true })) })
    await callersOwn(async (client) => {
      for (let n = 0; n < 20; n += 2) {
        await app.outbox.within(client, async (bus) => {
          await bus.send('Count', { n })
          await bus.send('Count', { n: n + 1 })
        })
      }
    })
    await eventually('all are handled', () => handled.length === 20)
    expect(handled).toEqual([...handled].sort((a, b) => a - b))
  })

  it('works on the transaction of outbox.transaction, and of a handler, as one of their statements', async () => {
    const handled: number[] = []
    const { app } = await start({ Count: (run) => handled.push(run.message.n) })
    let kept: PoolClient | undefined
    await expect(app.outbox.transaction(scene.database.pool, async (tx) => {
      await app.outbox.within(tx, (bus) => bus.send('Count', { n: 1 }))
      throw new Error('no')
    })).rejects.toThrow('no')
    await app.outbox.transaction(scene.database.pool, async (tx, bus) => {
      kept = tx
      await app.outbox.within(tx, (inner) => inner.send('Count', { n: 2 }))
      await bus.send('Count', { n: 3 })
    })
    await eventually('both are handled', async () => handled.length === 2 && (await stored()) === 0)
    expect(handled.sort()).toEqual([2, 3])
    await expect(app.outbox.within(kept!, (bus) => bus.send('Count', { n: 4 }))).rejects.toMatchObject({ code: 'JASPER_NOT_A_TRANSACTION' })
  })
})
