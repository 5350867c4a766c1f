import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claim, uuid } from '../conformance/message-store/scene.ts'
import { openDesk, type Desk } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.store.operations.clear()
})

const queue = 'local://place-order'
const waiting = async () => (await desk.store.incoming.counts()).find(({ endpoint }) => endpoint === queue)?.ready ?? 0

describe('jasper dead-letters list', () => {
  it('says that there is nothing, and that nothing matches', async () => {
    expect(await desk.run('dead-letters list')).toEqual({ code: 0, out: 'No letter is dead. Sleep well.\n', error: '' })
    expect(await desk.run('dead-letters list --type Other')).toEqual({ code: 0, out: 'No dead letter matches.\n', error: '' })
  })

  it('shows the newest first, with when, what, where and why', async () => {
    const [first, second] = await desk.bury({}, { type: 'SendReceipt', queue: 'local://send-receipt', error: 'TypeError', says: 'x is\nnot a function' })
    const { code, out } = await desk.run('dead-letters list')
    expect(code).toBe(0)
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/died +message +queue +tries +id +error/)
    expect(lines[1]).toMatch(new RegExp(`\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ, \\d.* ago +SendReceipt +local://send-receipt +5 +${second} +TypeError: x is …`))
    expect(lines[2]).toContain(first)
    expect(out).toContain('2 dead letters.')
  })

  it('finds by queue, type, error, text and time', async () => {
    const [a, b] = await desk.bury({}, { type: 'SendReceipt', queue: 'local://send-receipt', error: 'TypeError', says: 'not a function' })
    const ids = async (args: string) => ((await desk.json(`dead-letters list ${args}`))['letters'] as { id: string }[]).map(({ id }) => id)
    expect(await ids('-t SendReceipt')).toEqual([b])
    expect(await ids('--queue local://place-order')).toEqual([a])
    expect(await ids('--error TypeError')).toEqual([b])
    expect(await ids('--text GATEWAY')).toEqual([a])
    expect(await ids('--since 1h')).toEqual([b, a])
    expect(await ids('--until 1h')).toEqual([])
    expect(await ids('--since 2001-02-03')).toEqual([b, a])
  })

  it('goes on where a page ended', async () => {
    const ids = await desk.bury(...Array.from({ length: 5 }, () => ({})))
    const seen: string[] = []
    let after = ''
    for (let page = 0; page < 3; page++) {
      const { letters, next } = (await desk.json(`dead-letters list --limit 2 ${after}`)) as unknown as { letters: { id: string }[]; next?: string }
      seen.push(...letters.map(({ id }) => id))
      after = next === undefined ? 'end' : `--after ${next}`
    }
    expect(after).toBe('end')
    expect(seen).toEqual([...ids].reverse())
    expect((await desk.run('dead-letters list -n 2')).out).toMatch(/More: the same with --after \d+\.\d+/)
  })

  it('counts by error', async () => {
    await desk.bury({}, {}, { error: 'TypeError' })
    const { out } = await desk.run('dead-letters list --summary')
    expect(out).toMatch(/3 dead letters\n\n +letters +error +message +queue +newest +oldest\n +2 +PaymentTimeout +PlaceOrder +local:\/\/place-order .*ago .*ago\n +1 +TypeError/)
    expect(await desk.json('dead-letters list -s')).toMatchObject({ ok: true, groups: [{ count: 2, errorType: 'PaymentTimeout' }, { count: 1 }] })
  })

  it.each([[60], [90], [140]])('fits a terminal of %i columns, and ids are never cut', async (columns) => {
    const [id] = await desk.bury({ says: 'long '.repeat(60) })
    const { out } = await desk.run('dead-letters list', { env: { COLUMNS: String(columns) } })
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    expect(out).toContain(id)
    expect(out).toContain('…')
    expect((await desk.run('dead-letters list')).out).toContain('long '.repeat(60).trim())
  })

  it('shows no control characters of an error', async () => {
    await desk.bury({ says: 'red \u001b[31m alert \u0007' })
    expect((await desk.run('dead-letters list')).out).toMatch(/red .\[31m alert ./u)
    expect((await desk.run('dead-letters list')).out).not.toContain('\u001b')
  })

  it('has colours only where they are wanted', async () => {
    await desk.bury({})
    const escapes = async (env: Record<string, string>) => (await desk.run('dead-letters list', { env })).out.includes('\u001b[')
    expect(await escapes({})).toBe(false)
    expect(await escapes({ FORCE_COLOR: '1' })).toBe(true)
    expect(await escapes({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
  })
})

describe('jasper dead-letters show', () => {
  it('shows everything about one', async () => {
    const [id] = await desk.bury({ body: '{"orderId":"o 1","lines":[1]}', headers: { channel: 'web' } })
    const { code, out } = await desk.run(`dead-letters show ${id}`)
    expect(code).toBe(0)
    for (const part of ['PlaceOrder', id!, queue, 'attempts', 'header channel', 'web', 'correlation', '    at handle (charge.handler.ts:12:9)', '"orderId": "o 1"', 'application/json']) {
      expect(out).toContain(part)
    }
    const shown = await desk.json(`dead-letters show ${id}`)
    expect(shown).toMatchObject({ ok: true, body: '{"orderId":"o 1","lines":[1]}', error: { type: 'PaymentTimeout' }, envelope: { id, headers: { channel: 'web' } } })
    expect(Buffer.from(shown['bodyBase64'] as string, 'base64').toString()).toBe(shown['body'])
    expect((await desk.run(`dead-letters show ${id} --body`)).out).toBe('{"orderId":"o 1","lines":[1]}')
  })

  it('says that there is none with exit code 1, and refuses what is no id', async () => {
    const id = uuid()
    expect(await desk.run(`dead-letters show ${id}`)).toMatchObject({ code: 1, error: expect.stringContaining(`no dead letter ${id}`) as string })
    expect(await desk.json(`dead-letters show ${id}`)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } })
    expect(await desk.run('dead-letters show nonsense')).toMatchObject({ code: 3 })
    expect(await desk.run('dead-letters show')).toMatchObject({ code: 3, error: expect.stringContaining('needs the id of one message') as string })
  })
})

describe('jasper dead-letters edit', () => {
  it('replaces the body, and replays it if asked', async () => {
    const [id] = await desk.bury({})
    expect(await desk.run(`dead-letters edit ${id} --body {"order":2}`)).toMatchObject({ code: 0, out: expect.stringContaining(`replay ${id}`) as string })
    expect(await desk.json(`dead-letters show ${id}`)).toMatchObject({ body: '{"order":2}', editedAt: expect.any(String) })
    expect(await desk.run(`dead-letters edit ${id} --file - --replay`, { input: '{"order":3}' })).toMatchObject({ code: 0, out: expect.stringContaining(`back in ${queue}`) as string })
    const [claimed] = await claim(desk.store, uuid(), 1, queue)
    expect(Buffer.from(claimed!.envelope.body).toString()).toBe('{"order":3}')
  })

  it('refuses a body that is no JSON, unless bytes of any kind are meant', async () => {
    const [id] = await desk.bury({})
    expect(await desk.run(`dead-letters edit ${id} --body {"order":`)).toMatchObject({ code: 3, error: expect.stringMatching(/not JSON.*Nothing was edited/) as string })
    expect(await desk.json(`dead-letters show ${id}`)).toMatchObject({ body: '{"order":1}' })
    expect(await desk.run(`dead-letters edit ${id} --body {"order": --raw`)).toMatchObject({ code: 0 })
    expect(await desk.run(`dead-letters edit ${id}`)).toMatchObject({ code: 3 })
    expect(await desk.run(`dead-letters edit ${id} --file no-such-file`)).toMatchObject({ code: 3, error: expect.stringContaining('cannot be read') as string })
  })
})

describe('jasper dead-letters replay', () => {
  it('puts back what is named or matches, in the order of arrival', async () => {
    const ids = await desk.bury({}, { error: 'TypeError' }, {}, {})
    expect(await desk.run(`dead-letters replay ${ids[3]} ${ids[0]}`)).toMatchObject({ code: 0, out: expect.stringContaining('2 messages back in their queues') as string })
    expect((await claim(desk.store, uuid(), 10, queue)).map(({ envelope }) => envelope.id)).toEqual([ids[0], ids[3]])
    expect(await desk.json('dead-letters replay --error TypeError')).toEqual({ ok: true, replayed: 1, matching: 1, interrupted: false })
    expect(await desk.json('dead-letters replay --all')).toMatchObject({ replayed: 1 })
    expect(await desk.run('dead-letters replay --all')).toMatchObject({ code: 0, out: expect.stringContaining('No dead letter matches') as string })
    expect(await desk.run(`dead-letters replay ${uuid()}`)).toMatchObject({ code: 1 })
  })

  it('must be told which', async () => {
    expect(await desk.run('dead-letters replay')).toMatchObject({ code: 3, error: expect.stringContaining('--all') as string })
    expect(await desk.run('dead-letters replay --all --type A')).toMatchObject({ code: 3 })
    expect(await desk.run('dead-letters replay --all --rate fast')).toMatchObject({ code: 3 })
    expect(await desk.run('dead-letters replay --since yesterday')).toMatchObject({ code: 3 })
  })

  it('that is interrupted leaves the rest, and the same command goes on', async () => {
    await desk.bury(...Array.from({ length: 30 }, () => ({})))
    const interrupted = desk.run('dead-letters replay --all --rate 5', { onError: (text, child) => (text.includes('Ctrl-C ends it') ? child.kill('SIGINT') : undefined) })
    const { code, out } = await interrupted
    expect(code).toBe(130)
    expect(out).toMatch(/Interrupted after \d+ messages? of 30\./)
    const back = await waiting()
    expect(back).toBeLessThan(30)
    expect(await desk.json('dead-letters replay --all')).toMatchObject({ replayed: 30 - back })
    expect(await waiting()).toBe(30)
  })
})

describe('jasper dead-letters discard', () => {
  it('refuses where there is nobody to ask, and deletes with --yes', async () => {
    const ids = await desk.bury({}, {}, { error: 'TypeError' })
    const refused = await desk.run(`dead-letters discard ${ids[0]}`)
    expect(refused).toMatchObject({ code: 3, out: '', error: expect.stringMatching(/1 dead letter will be deleted: 1 PlaceOrder \(PaymentTimeout\)\..*--yes/) as string })
    expect(await desk.json('dead-letters discard --all')).toMatchObject({ ok: false, error: { code: 'USAGE' } })
    expect(await desk.store.deadLetters.list({ limit: 9 })).toHaveLength(3)
    expect(await desk.run(`dead-letters discard ${ids[0]} --yes`)).toMatchObject({ code: 0, out: '✓ 1 dead letter deleted.\n' })
    expect(await desk.json('dead-letters discard --error TypeError -y')).toEqual({ ok: true, discarded: 1 })
    expect((await desk.store.deadLetters.list({ limit: 9 })).map(({ envelope }) => envelope.id)).toEqual([ids[1]])
  })
})
