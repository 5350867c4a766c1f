import { Pool, type PoolClient } from 'pg'
import { describe, expect, it } from 'vitest'
import type { MessageSender } from '../../runtime/bus/message-context.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { pgTransactions } from '../../runtime/integrations/pg.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { cutOnCommit } from '../integrations/cut-on-commit.ts'
import { eventually, signal } from '../support/eventually.ts'
import { outboxScene, type OutboxMessages } from './outbox-scene.ts'
import { smallApp } from './small-app.ts'

const scene = outboxScene()
const { callersOwn, counting, effect, effects, start, stored } = scene

describe('outbox.transaction', () => {
  it('commits what work wrote and sent together, and resolves with its value', async () => {
    const { app, handled } = await counting()
    const value = await app.outbox.transaction(scene.database.pool, async (tx, bus) => {
      await effect(tx, 1)
      await bus.send('Count', { n: 1 })
      await bus.publish('Count', { n: 2 })
      await bus.sendTo('local://count', 'Count', { n: 3 })
      expect(await stored(), 'nothing is written before the commit').toBe(0)
      return 'value'
    })
    expect(value).toBe('value')
    expect(await effects()).toEqual([1])
    await eventually('all are handled', async () => handled.length === 3 && (await stored()) === 0)
    expect(handled.sort()).toEqual([1, 2, 3])
  })

  it('hands over in memory: nobody else is told, and the rows are this node\'s when they are committed', async () => {
    const running = signal('the handler runs')
    const mayEnd = signal('the handler may end')
    const { app } = await start({
      Count: async () => {
        running.fire()
        await mayEnd.fired
      },
    })
    await eventually('nothing older may wait', async () => {
      await app.outbox.transaction(scene.database.pool, (_, bus) => bus.send('Count', { n: 1 }))
      return (await scene.database.pool.query('select from jasper.incoming where epoch = 1 and owner is not null')).rowCount
    })
    await running.fired
    mayEnd.fire()
  })

  it('that throws writes nothing, sends nothing, and passes on the same error', async () => {
    const { app, handled } = await counting()
    const boom = new Error('boom')
    const failed = app.outbox.transaction(scene.database.pool, async (tx, bus) => {
      await effect(tx, 1)
      await bus.send('Count', { n: 1 })
      throw boom
    })
    await expect(failed).rejects.toBe(boom)
    expect(await effects()).toEqual([])
    expect(await stored()).toBe(0)
    // Control: the app goes on, and only what was committed is handled.
    await app.outbox.transaction(scene.database.pool, (_, bus) => bus.send('Count', { n: 2 }))
    await eventually('the next is handled', () => handled.length === 1)
    expect(handled).toEqual([2])
  })

  it('that swallowed a failed statement rejects and sends nothing', async () => {
    const { app, handled } = await counting()
    const careless = (sends: boolean) =>
      app.outbox.transaction(scene.database.pool, async (tx, bus) => {
        await effect(tx, 1)
        if (sends) await bus.send('Count', { n: 1 })
        await tx.query('select 1/0').catch(() => undefined)
      })
    await expect(careless(true)).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
    await expect(careless(false)).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
    expect([await effects(), await stored(), handled]).toEqual([[], 0, []])
  })

  it('refuses a send, and the transaction, after it has ended', async () => {
    const { app, handled } = await counting()
    let kept: { tx: PoolClient; bus: MessageSender<OutboxMessages> } | undefined
    await app.outbox.transaction(scene.database.pool, async (tx, bus) => {
      kept = { tx, bus }
    })
    await expect(kept!.bus.send('Count', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_OUTBOX_CLOSED' })
    await expect(kept!.bus.schedule('Count', { n: 1 }, '1s')).rejects.toMatchObject({ code: 'JASPER_OUTBOX_CLOSED' })
    await expect(kept!.tx.query('select 1')).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ENDED' })
    expect([handled, await stored()]).toEqual([[], 0])
  })

  it('rejects for what the bus rejects, in the callback', async () => {
    const { app } = await counting({ messages: ['Nobody'] })
    await app.outbox.transaction(scene.database.pool, async (_, bus) => {
      await expect(bus.send('Nobody', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NO_SUBSCRIBER' })
      await expect(bus.send('Unheard', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_UNKNOWN_MESSAGE' })
      await bus.publish('Nobody', { n: 1 })
    })
    expect(await stored()).toBe(0)
  })

  it('runs under the isolation level that is asked for', async () => {
    const { app } = await counting()
    const level = await app.outbox.transaction(
      scene.database.pool,
      async (tx) => (await tx.query<{ level: string }>("select current_setting('transaction_isolation') as level")).rows[0]!.level,
      { isolation: 'serializable' },
    )
    expect(level).toBe('serializable')
  })

  it('sends what has a time, and what is in memory, after the commit', async () => {
    const { app, handled } = await counting({ routes: defineRoutes(({ listen }) => listen('local://count', { mode: 'buffered' })) })
    await expect(app.outbox.transaction(scene.database.pool, async (_, bus) => {
      await bus.send('Count', { n: 1 })
      throw new Error('no')
    })).rejects.toThrow('no')
    await app.outbox.transaction(scene.database.pool, async (_, bus) => {
      await bus.schedule('Count', { n: 3 }, '50ms')
      await bus.send('Count', { n: 2 })
      expect(handled).toEqual([])
    })
    await eventually('both are handled', () => handled.length === 2)
    expect(handled).toEqual([2, 3])
  })

  it.each([['committed', true], ['rolled back', false]])('whose answer to COMMIT was lost finds out that it has %s', async (_, commits) => {
    const { hostname, port } = new URL(scene.database.url)
    const way = await cutOnCommit({ host: hostname, port: Number(port) })
    const address = new URL(scene.database.url)
    address.port = String(way.port)
    const pool = new Pool({ connectionString: address.href })
    pool.on('error', () => undefined)
    try {
      const { app, log, handled } = await counting()
      await scene.database.pool.query('create table checked (n int unique deferrable initially deferred); insert into checked values (1)')
      const outcome = app.outbox.transaction(pool, async (tx, bus) => {
        await effect(tx, 1)
        if (!commits) await tx.query('insert into checked values (1)')
        await bus.send('Count', { n: 1 })
        return 'value'
      })
      if (commits) {
        expect(await outcome).toBe('value')
        expect(log.has('the answer to COMMIT was lost')).toBe(true)
        await eventually('it is handled', async () => handled.length === 1 && (await stored()) === 0)
      } else {
        await expect(outcome).rejects.toMatchObject({ code: 'JASPER_COMMIT_UNKNOWN' })
        expect(await stored()).toBe(0)
      }
      expect(await effects()).toEqual(commits ? [1] : [])
    } finally {
      await scene.database.pool.query('drop table if exists checked')
      await pool.end()
      await way.close()
    }
  })

  it('is waited for by a stop', async () => {
    const { app, handled } = await counting()
    const inside = signal('inside')
    const mayEnd = signal('may end')
    const done = app.outbox.transaction(scene.database.pool, async (tx, bus) => {
      await effect(tx, 1)
      await bus.send('Count', { n: 1 })
      inside.fire()
      await mayEnd.fired
    })
    await inside.fired
    const stopped = app.stop()
    mayEnd.fire()
    await done
    await stopped
    expect([await effects(), handled]).toEqual([[1], []])
    expect((await scene.database.pool.query('select from jasper.incoming where owner is not null')).rowCount, 'left free for others').toBe(0)
    expect(await stored()).toBe(1)
    await expect(app.outbox.transaction(scene.database.pool, async () => undefined)).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
  })

  it('knows the libraries of handlers and those that the app names, and says so of others', async () => {
    const { app } = await counting({ transactions: [] })
    await expect(app.outbox.transaction(scene.database.pool, async () => undefined)).rejects.toMatchObject({
      code: 'JASPER_BAD_OPTION',
      message: expect.stringContaining('createApp({ transactions: [pgTransactions] })'),
    })
    const second = await counting()
    await callersOwn(async (client) => {
      await expect(second.app.outbox.transaction(client as never, async () => undefined)).rejects.toMatchObject({
        code: 'JASPER_BAD_OPTION',
        message: expect.stringContaining('use outbox.within'),
      })
    })
  })
})

describe('with a store that no transaction can join', () => {
  it('both refuse, and say what to use', async () => {
    const { app } = smallApp({ Count: () => undefined }, { store: inMemory(), transactions: [pgTransactions] })
    await app.start()
    try {
      await expect(app.outbox.transaction(scene.database.pool, async () => undefined)).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_STORE' })
      await callersOwn(async (client) => {
        await expect(app.outbox.within(client, async () => undefined)).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_STORE' })
      })
    } finally {
      await app.stop()
    }
  })
})
