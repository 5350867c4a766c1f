import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { eventually } from '../support/eventually.ts'
import { outboxScene } from './outbox-scene.ts'
import type { Run } from './small-app.ts'

const scene = outboxScene()
const { callersOwn, counting, start, stored } = scene
const run = promisify(execFile)

/** `jasper.send` and whatever else, on a connection of the test's own. */
const query = async (text: string, values: unknown[] = []) =>
  (await scene.database.pool.query(text, values)).rows as Record<string, unknown>[]
const send = async (n: number, more = '') =>
  (await query(`select jasper.send('Count', $1::jsonb${more}) as id`, [JSON.stringify({ n })]))[0]!['id'] as string
const unrouted = async (): Promise<number> => Number((await query('select count(*) as n from jasper.unrouted'))[0]!['n'])

describe('jasper.send', () => {
  it('sends a message that is handled at once, and answers with its id', async () => {
    const ids: string[] = []
    const { app } = await start({ Count: ({ envelope, message }) => ids.push(`${message.n} ${envelope.id} ${envelope.correlationId}`) })
    await eventually('the app is quiet', async () => (await app.counts()).length === 0)
    const sentAt = performance.now()
    const id = await send(1)
    await eventually('it is handled', () => ids.length === 1)
    expect(performance.now() - sentAt, 'by its signal, not by the poll of every 1.2 s').toBeLessThan(1_000)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Math.abs(parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - Date.now()), 'a UUIDv7 of now').toBeLessThan(60_000)
    expect(ids).toEqual([`1 ${id} ${id}`])
    await eventually('nothing is left', async () => (await unrouted()) + (await stored()) === 0)
  })

  it('is part of the transaction, and of its savepoints', async () => {
    const { handled } = await counting()
    await callersOwn((client) => client.query(`select jasper.send('Count', '{"n": 1}')`), 'rollback')
    await callersOwn(async (client) => {
      await client.query(`select jasper.send('Count', '{"n": 2}')`)
      await client.query(`savepoint here; select jasper.send('Count', '{"n": 3}'); rollback to savepoint here`)
      await client.query(`select jasper.send('Count', '{"n": 4}')`)
    })
    await eventually('what was committed is handled', () => handled.length === 2)
    expect(handled.sort()).toEqual([2, 4])
  })

  it('keeps the order of the sends of a transaction, over many pages and two processes', async () => {
    const order: number[] = []
    const routes = defineRoutes(({ listen }) => listen('local://count', { sequential: true }))
    const handlers = { Count: ({ message }: Run) => order.push(message.n) }
    await Promise.all([start(handlers, { routes }), start(handlers, { routes })])
    await query(`select jasper.send('Count', jsonb_build_object('n', n)) from generate_series(1, 1200) n order by n`)
    await eventually('all are handled', async () => (await stored()) + (await unrouted()) === 0, 60_000)
    expect(order).toEqual(Array.from({ length: 1200 }, (_, n) => n + 1))
  })

  it('is routed once by many processes', async () => {
    const handled: number[] = []
    const handlers = { Count: ({ message }: Run) => handled.push(message.n) }
    await Promise.all([start(handlers), start(handlers), start(handlers)])
    await Promise.all(Array.from({ length: 200 }, (_, n) => send(n)))
    await eventually('all are handled', async () => handled.length >= 200 && (await stored()) + (await unrouted()) === 0, 20_000)
    expect(handled.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })

  it('passes over an id that waits, is stored or was handled', async () => {
    const { handled } = await counting()
    const id = '018f0000-0000-7000-8000-000000000002'
    await query(`select jasper.send('Count', '{"n": 1}', id => $1::uuid), jasper.send('Count', '{"n": 2}', id => $1::uuid)`, [id])
    await eventually('it is handled', async () => handled.length === 1 && (await stored()) + (await unrouted()) === 0)
    await send(3, `, id => '${id}'`)
    await send(4)
    await eventually('the last is handled', () => handled.includes(4))
    expect(handled).toEqual([1, 4])
  })

  it('takes headers, correlation, tenant, a time and a delay', async () => {
    const seen: object[] = []
    await start({
      Count: ({ message, envelope: { headers, correlationId, tenantId, scheduledFor } }) => {
        const late = scheduledFor === undefined ? 0 : Date.now() - scheduledFor.getTime()
        seen.push({ n: message.n, headers, correlationId, tenantId, late })
      },
    })
    await send(1, `, headers => '{"a": "b"}', correlation_id => 'c-1', tenant_id => 't-1'`)
    await send(2, `, delay => '300 ms'`)
    await send(3, `, at => clock_timestamp() + interval '300 ms'`)
    await eventually('all are handled', () => seen.length === 3)
    expect(seen[0]).toMatchObject({ n: 1, headers: { a: 'b' }, correlationId: 'c-1', tenantId: 't-1', late: 0 })
    for (const { late } of seen.slice(1) as { late: number }[]) expect(late, 'never early').toBeGreaterThanOrEqual(0)
  })

  it('with ordering keys is handled one at a time for each key, in order', async () => {
    const running = new Map<string, number>()
    let most = 0
    const order: number[] = []
    await start({
      Count: async ({ message, envelope: { orderingKey = '' } }) => {
        running.set(orderingKey, (running.get(orderingKey) ?? 0) + 1)
        most = Math.max(most, running.get(orderingKey)!)
        await new Promise((resolve) => setImmediate(resolve))
        if (orderingKey === 'a') order.push(message.n)
        running.set(orderingKey, running.get(orderingKey)! - 1)
      },
    })
    await query(`select jasper.send('Count', jsonb_build_object('n', n), ordering_key => case when n % 2 = 0 then 'a' else 'b' end)
      from generate_series(1, 20) n order by n`)
    await eventually('all are handled', async () => order.length === 10 && (await stored()) === 0)
    expect(order).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20])
    expect(most).toBe(1)
  })

  it.each([
    [`'', '{}'`, 'message_type is missing'],
    [`'Count', null`, 'body of Count is null'],
    [`'Count', '{}', at => now(), delay => '1 s'`, 'both at and delay'],
    [`'Count', '{}', at => 'infinity'`, 'infinite'],
    [`'Count', '{}', headers => '[1]'`, 'no object of strings'],
    [`'Count', '{}', headers => '{"a": 1}'`, 'no object of strings'],
  ])('refuses send(%s)', async (given, says) => {
    await counting()
    await expect(query(`select jasper.send(${given})`)).rejects.toThrow(says)
    expect(await unrouted()).toBe(0)
  })

  it('is found by the safety poll when its signal was lost', async () => {
    const { handled } = await counting()
    await query(`insert into jasper.unrouted (id, message_type, body, headers, sent_at) values (gen_random_uuid(), 'Count', '{"n": 1}', '{}', now())`)
    await eventually('it is handled', () => handled.length === 1)
  })

  it('reaches an endpoint that is in memory only', async () => {
    const { handled } = await counting({ routes: defineRoutes(({ listen }) => listen('local://count', { mode: 'buffered' })) })
    await send(1)
    await eventually('it is handled', async () => handled.length === 1 && (await unrouted()) === 0)
  })

  it('whose body does not fit its type is a dead letter as it came, and holds nobody up', async () => {
    const { app, handled } = await counting()
    await query(`select jasper.send('Count', '{"n": "one", "x": "é"}'), jasper.send('Count', '{"n": 2}'), jasper.send('Count', '{"n": 3}', headers => '{"jasper-id": "x"}')`)
    await eventually('all are settled', async () => handled.length === 1 && (await stored()) + (await unrouted()) === 0)
    const letters = await query(`select endpoint, error_type, convert_from(body, 'utf8') as body from jasper.dead_letters order by seq`)
    expect(letters).toMatchObject([
      { endpoint: 'local://count', error_type: 'JASPER_DECODE', body: '{"n": "one", "x": "é"}' },
      { endpoint: 'local://count', error_type: 'JASPER_RESERVED_HEADER', body: '{"n": 3}' },
    ])
    expect(await app.outbox.unrouted()).toEqual([])
  })

  it('of an unknown type or version, or without a taker, is parked with the reason, and routed by a process that knows better', async () => {
    const { app, log } = await start({ Other: () => undefined }, { messages: ['Nobody'] })
    await query(`select jasper.send('Count', '{"n": 1}'), jasper.send('Nobody', '{"n": 2}'), jasper.send('Other', '{"n": 3}', version => 2)`)
    const parked = await eventually('all are parked', async () => {
      const list = await app.outbox.unrouted()
      return list.length === 3 && list.every(({ reason }) => reason !== undefined) && list
    })
    expect(parked.map(({ messageType, reason }) => [messageType, reason])).toEqual([
      ['Count', 'no process that was running knows the message Count'],
      ['Nobody', 'nobody takes Nobody: it has no handler and no route'],
      ['Other', 'no process that was running knows version 2 of Other; it has version 1'],
    ])
    expect(log.has('cannot be routed here; parked')).toBe(true)

    const { handled } = await counting()
    await eventually('the one that it knows is handled', () => handled.length === 1)
    expect(await app.outbox.discardUnrouted(parked.slice(1).map(({ id }) => id))).toBe(2)
    expect(await app.outbox.unrouted()).toEqual([])
  })

  it('is routed by a running process that knows the type, though another does not', async () => {
    const { log } = await start({ Other: () => undefined })
    const { handled } = await counting()
    for (let n = 0; n < 20; n++) await send(n)
    await eventually('all are handled', () => handled.length === 20)
    expect(log.has('parked')).toBe(false)
  })
})

describe('other programs', () => {
  it('send from psql, alone or from Python', async () => {
    const { handled } = await counting()
    await run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', scene.database.url, '-c', `begin; select jasper.send('Count', '{"n": 1}'); commit`])
    const script = `
import json, subprocess, sys
body = json.dumps({"n": 2}).replace("'", "''")
subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", sys.argv[1], "-c", f"select jasper.send('Count', '{body}'::jsonb)"], check=True, stdout=subprocess.DEVNULL)`
    await run('python3', ['-c', script, scene.database.url])
    await eventually('both are handled', () => handled.length === 2)
    expect(handled).toEqual([1, 2])
  })

  it('send from a trigger, with the row that it fires for', async () => {
    const { handled } = await counting()
    await query('create table orders (n int)')
    await query(`create function announce() returns trigger language plpgsql as $$
      begin perform jasper.send('Count', jsonb_build_object('n', new.n)); return new; end $$`)
    await query('create trigger announces after insert on orders for each row execute function announce()')
    try {
      await expect(callersOwn(async (client) => {
        await client.query('insert into orders values (1)')
        throw new Error('no')
      })).rejects.toThrow('no')
      await query('insert into orders values (2), (3)')
      await eventually('both are handled', () => handled.length === 2)
      expect(handled).toEqual([2, 3])
    } finally {
      await query('drop table orders; drop function announce()')
    }
  })
})

describe('a role that may only execute jasper.send', () => {
  const role = `jasper_sender_${process.pid}`
  let client: pg.Client | undefined
  const connectedAs = async (user: string): Promise<pg.Client> => {
    const address = new URL(scene.database.url)
    address.username = user
    const connected = new pg.Client({ connectionString: address.href })
    await connected.connect()
    expect((await connected.query('select current_user as me')).rows).toEqual([{ me: user }])
    return connected
  }
  beforeAll(() => query(`create role ${role} login`))
  afterEach(() => client?.end())
  afterAll(() => query(`drop owned by ${role}; drop role ${role}`))

  it('sends, and can read and write nothing', async () => {
    const { handled } = await counting()
    client = await connectedAs(role)
    await query(`grant usage on schema jasper to ${role}`)
    const sent = () => client!.query(`select jasper.send('Count', '{"n": 1}')`)
    await expect(sent(), 'not before it is granted').rejects.toThrow('permission denied for function send')
    await query(`grant execute on function jasper.send to ${role}`)
    await sent()
    await eventually('it is handled', () => handled.length === 1)
    for (const table of ['unrouted', 'incoming', 'dead_letters', 'completed', 'nodes']) {
      await expect(client.query(`select * from jasper.${table}`)).rejects.toThrow('permission denied')
      await expect(client.query(`delete from jasper.${table}`)).rejects.toThrow('permission denied')
    }
  })

  it('cannot make it run anything of its own', async () => {
    const { handled } = await counting()
    await query(`grant usage on schema jasper to ${role}; grant execute on function jasper.send to ${role}; create schema traps authorization ${role}`)
    client = await connectedAs(role)
    try {
      // What a function without a search path of its own would call in place of PostgreSQL's.
      await client.query(`create function traps.pg_notify(text, text) returns void language plpgsql as $$ begin raise 'trapped as %', current_user; end $$`)
      await client.query(`create function traps.gen_random_uuid() returns uuid language plpgsql as $$ begin raise 'trapped as %', current_user; end $$`)
      await client.query('set search_path = traps, pg_catalog')
      await expect(client.query(`select pg_notify('a', 'b')`), 'control: the trap works').rejects.toThrow('trapped')
      await client.query(`select jasper.send('Count', '{"n": 1}')`)
      await eventually('it is handled', () => handled.length === 1)
    } finally {
      await query('drop schema traps cascade')
    }
  })
})
