import { describe, expect, it } from 'vitest'
import type { MessageContext } from '../../runtime/bus/message-context.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'
import { rejected } from '../../runtime/errors/rejected-error.ts'
import { handTransport } from './hand-transport.ts'
import { registration, startsSmallApps, type Numbered, type Run } from './small-app.ts'

type Messages = Record<string, { message: Numbered; reply: unknown }>

const start = startsSmallApps()
const asking = { [headerNames.replyTo]: 'hand://replies', [headerNames.replyRequested]: 'any' }
const id = (n: number): string => `018f4b1c-0000-7000-8000-00000000000${n}`

/** An app that asks over a transport; the test answers. */
async function asks(replies = true) {
  const hand = handTransport({ replies })
  const small = await start(
    {},
    {
      messages: ['A', 'B', 'C'].map((name) => registration(name)),
      routes: defineRoutes(({ publish }) => void publish('A').to('hand://queue/a')),
      transports: [hand.transport],
    },
  )
  /** Resolves with the promise of the reply, in a box, when the request is on its way. */
  const ask = async (options: object = {}) => {
    const reply = small.app.bus.request('A', { n: 1 }, options)
    reply.catch(() => undefined)
    await small.clock.advance(50)
    return { reply, request: hand.sent.at(-1)! }
  }
  return { ...small, ...hand, ask }
}

/** An app that answers, and the replies that it has sent. */
async function answers(handle: (run: Run) => unknown) {
  const hand = handTransport({ replies: true })
  const small = await start(
    { A: handle },
    {
      messages: ['A', 'B', 'C'].map((name) => registration(name)),
      routes: defineRoutes(({ listen }) => listen('hand://queue/a')),
      transports: [hand.transport],
    },
  )
  const replyTo = async (n: number, headers: Readonly<Record<string, string>> = asking) => {
    hand.deliver(id(n), n, headers)
    await small.clock.advance(100)
    return hand.sent.map(({ destination, messageType, causationId, body }) => ({
      destination,
      messageType,
      causationId,
      body: JSON.parse(Buffer.from(body).toString()) as unknown,
    }))
  }
  return { ...small, ...hand, replyTo }
}

describe('a request of what this app handles itself', () => {
  it('is invoked: it resolves with the reply, and nothing travels', async () => {
    const { app } = await start({ A: ({ message }) => ({ n: message.n + 1 }) })
    expect(await app.bus.request('A', { n: 1 })).toEqual({ n: 2 })
    expect(app.requests.counts()).toEqual({ waiting: 0, late: 0 })
  })

  it('fails as it would elsewhere, with the error itself as the cause', async () => {
    const { app } = await start({
      A: ({ message, envelope }) => {
        throw message.n === 1 ? new RangeError('too much') : rejected({ envelope }, ['no lines'])
      },
    })
    await expect(app.bus.request('A', { n: 1 })).rejects.toMatchObject({
      code: 'JASPER_REQUEST_FAILED',
      remote: { type: 'RangeError', message: 'too much' },
      cause: new RangeError('too much'),
    })
    await expect(app.bus.request('A', { n: 2 })).rejects.toMatchObject({ code: 'JASPER_REJECTED', reasons: ['no lines'] })
  })

  it('ends when its time is over, while the handler goes on; what it returns then is counted', async () => {
    let goOn: () => void = () => undefined
    const { app, clock } = await start({ A: () => new Promise<void>((resolve) => (goOn = resolve)) })
    const reply = app.bus.request('A', { n: 1 }, { timeout: '2s' })
    const outcome = expect(reply).rejects.toMatchObject({ code: 'JASPER_REQUEST_TIMEOUT' })
    await clock.advance(2_100)
    await outcome
    goOn()
    await clock.advance(10)
    expect(app.requests.counts()).toEqual({ waiting: 0, late: 1 })
  })
})

describe('a request', () => {
  it('names the address of its caller, and is over when its caller waits no longer', async () => {
    const { ask, reply: answer, clock } = await asks()
    const { reply, request } = await ask({ expects: ['B', 'C'], timeout: '5s', tenantId: 'blue' })
    expect(request).toMatchObject({ messageType: 'A', replyTo: 'hand://replies', replyRequested: 'B C', tenantId: 'blue' })
    expect(request.deliverBy!.getTime() - request.sentAt.getTime()).toBeGreaterThan(4_000)
    expect(request.deliverBy!.getTime()).toBeLessThanOrEqual(clock.now().getTime() + 5_000)
    answer(request.id, 'B', '{"n":2}')
    expect(await reply).toEqual({ n: 2 })
  })

  it.each([
    ['nothing', 'jasper.handled', 'null', undefined],
    ['several messages', 'jasper.several', '[{"type":"B","version":1,"body":{"n":2}},null,[{"type":"C","version":1,"body":{"n":3}}]]', [{ n: 2 }, undefined, [{ n: 3 }]]],
  ])('resolves with %s where its handler returns that', async (_, type, body, value) => {
    const { ask, reply: answer } = await asks()
    const { reply, request } = await ask()
    answer(request.id, type, body)
    expect(await reply).toEqual(value)
  })

  it.each([
    ['of a type that was not asked for', 'C', '{"n":2}', 'JASPER_REPLY_UNEXPECTED'],
    ['of a type that is unknown here', 'D', '{"n":2}', 'JASPER_REPLY_UNEXPECTED'],
    ['that does not fit its type', 'B', '{"n":"two"}', 'JASPER_DECODE'],
    ['that is no JSON', 'B', '{', 'JASPER_DECODE'],
    ['of several that cannot be read', 'jasper.several', '[7]', 'JASPER_DECODE'],
    ['of a failure that cannot be read', 'jasper.failed', 'no', 'JASPER_DECODE'],
    ['of a failure', 'jasper.failed', '{"type":"Error","message":"no"}', 'JASPER_REQUEST_FAILED'],
    ['of a refusal', 'jasper.failed', '{"type":"JASPER_REJECTED","message":"no","reasons":["no"]}', 'JASPER_REJECTED'],
  ])('rejects for a reply %s', async (_, type, body, code) => {
    const { ask, reply: answer } = await asks()
    const { reply, request } = await ask({ expects: 'B' })
    answer(request.id, type, body)
    await expect(reply).rejects.toMatchObject({ code })
  })

  it('drops and counts replies that come late, twice, or for nobody', async () => {
    const { app, ask, reply: answer, clock } = await asks()
    const { reply, request } = await ask({ timeout: '1s' })
    await clock.advance(1_000)
    await expect(reply).rejects.toMatchObject({ code: 'JASPER_REQUEST_TIMEOUT' })
    answer(request.id, 'B', '{"n":2}')
    const second = await ask()
    answer(second.request.id, 'B', '{"n":2}')
    answer(second.request.id, 'B', '{"n":3}')
    expect(await second.reply).toEqual({ n: 2 })
    answer(id(9), 'B', '{"n":2}')
    expect(app.requests.counts()).toEqual({ waiting: 0, late: 3 })
  })

  it('may ask for an acknowledgement alone', async () => {
    const { ask, reply: answer } = await asks()
    const { reply, request } = await ask({ ackRequested: true })
    expect(request.replyRequested).toBe('acknowledgement')
    answer(request.id, 'jasper.handled', 'null')
    expect(await reply).toBeUndefined()
  })

  it('ends when its caller gives up, with the reason', async () => {
    const { app, ask } = await asks()
    const giving = new AbortController()
    const { reply } = await ask({ signal: giving.signal })
    expect(app.requests.counts().waiting).toBe(1)
    giving.abort(new Error('never mind'))
    await expect(reply).rejects.toThrow('never mind')
    expect(app.requests.counts().waiting).toBe(0)
  })

  it.each([
    [{ id: id(1) }],
    [{ deduplicationKey: 'k' }],
    [{ delay: '1s' }],
    [{ deliverWithin: '1s' }],
    [{ timeout: 'soon' }],
    [{ ackRequested: true, expects: 'B' }],
  ])('refuses options that mean nothing to a caller that waits: %j', async (options) => {
    const { app } = await asks()
    await expect(app.bus.request('A', { n: 1 }, options as never)).rejects.toMatchObject({ code: 'JASPER_BAD_OPTION' })
  })

  it('is refused where nobody, or more than one place, could answer, and over a transport without replies', async () => {
    const { app } = await asks(false)
    await expect(app.bus.request('A', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NOT_SUPPORTED' })
    await expect(app.bus.request('B', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_NO_SUBSCRIBER' })
    await expect(app.bus.request('Z', { n: 1 })).rejects.toMatchObject({ code: 'JASPER_UNKNOWN_MESSAGE' })
  })

  it('goes to the one place that its caller names', async () => {
    const { transport, sent } = handTransport({ replies: true })
    const { app, clock } = await start(
      {},
      {
        messages: [registration('A')],
        routes: defineRoutes(({ publish }) => void publish('A').to('hand://queue/a', 'hand://queue/b')),
        transports: [transport],
      },
    )
    await expect(app.bus.request('A', { n: 1 })).rejects.toThrow("Say which of them is to answer: { to: '<address>' }")
    void app.bus.request('A', { n: 1 }, { to: 'hand://queue/b' }).catch(() => undefined)
    await clock.advance(50)
    expect(sent.map(({ destination }) => destination)).toEqual(['hand://queue/b'])
  })

  it('in a handler leaves before its commit, belongs to its conversation, and ends with its time', async () => {
    const hand = handTransport({ replies: true })
    const asked: unknown[] = []
    const { app, clock } = await start(
      {
        Ask: async (run) => {
          const context = run.context as unknown as MessageContext<Messages>
          asked.push(await context.request('A', { n: 1 }).catch((error: unknown) => error))
        },
      },
      {
        messages: ['Ask', 'A', 'B'].map((name) => registration(name)),
        routes: defineRoutes(({ publish, listen }) => {
          publish('A').to('hand://queue/a')
          listen('local://ask', { timeout: '10s' })
        }),
        transports: [hand.transport],
      },
    )
    await app.bus.send('Ask', { n: 1 }, { correlationId: 'order 7' })
    await clock.advance(100)
    expect(hand.sent).toMatchObject([{ messageType: 'A', correlationId: 'order 7' }])
    hand.reply(hand.sent[0]!.id, 'B', '{"n":2}')
    await clock.advance(10)
    expect(asked).toEqual([{ n: 2 }])
    await app.bus.send('Ask', { n: 2 })
    await clock.advance(11_000)
    expect(asked[1]).toMatchObject({ code: 'JASPER_HANDLER_TIMEOUT' })
  })
})

describe('the answer to a request', () => {
  it('is what the handler has returned, under its name; a `reply(…)` goes to the caller alone', async () => {
    const { replyTo } = await answers((run) => {
      const both = [{ n: 2 }, { n: 3 }]
      run.cascade('B', both[0])
      run.reply('C', both[1])
      return run.message.n === 1 ? both[1] : run.message.n === 2 ? both : undefined
    })
    const about = { destination: 'hand://replies' }
    expect(await replyTo(1)).toEqual([{ ...about, causationId: id(1), messageType: 'C', body: { n: 3 } }])
    const several = [{ type: 'B', version: 1, body: { n: 2 } }, { type: 'C', version: 1, body: { n: 3 } }]
    expect((await replyTo(2))[1]).toEqual({ ...about, causationId: id(2), messageType: 'jasper.several', body: several })
    expect((await replyTo(3))[2]).toEqual({ ...about, causationId: id(3), messageType: 'jasper.handled', body: null })
  })

  it('tells no more than that the message is handled where nobody wants to know more', async () => {
    const { replyTo } = await answers(() => ({ n: 2 }))
    const headers = { [headerNames.replyTo]: 'hand://replies', [headerNames.replyRequested]: 'acknowledgement' }
    expect(await replyTo(1, headers)).toMatchObject([{ messageType: 'jasper.handled', body: null }])
    const here = await start({ A: () => ({ n: 2 }) })
    expect(await here.app.bus.request('A', { n: 1 }, { ackRequested: true })).toBeUndefined()
  })

  it('goes nowhere but over the transport through which the request came', async () => {
    const { replyTo, log } = await answers(() => undefined)
    expect(await replyTo(1, {})).toEqual([])
    expect(await replyTo(2, { ...asking, [headerNames.replyTo]: 'tcp://10.0.0.1:22' })).toEqual([])
    expect(log.has('a reply cannot be sent')).toBe(true)
  })

  it('tells of what the generated code of its handler cannot name', async () => {
    const { replyTo } = await answers(() => ({ n: 2 }))
    const [failure] = await replyTo(1)
    expect(failure).toMatchObject({ messageType: 'jasper.failed', body: { type: 'JASPER_NOT_SUPPORTED' } })
  })

  it('to those who name a place and ask for nothing is a message or nothing', async () => {
    const { replyTo } = await answers((run) => {
      if (run.message.n === 1) return undefined
      if (run.message.n === 2) throw rejected(run, ['no lines'])
      const reply = { n: 3 }
      run.cascade('B', reply)
      return reply
    })
    const habit = { [headerNames.replyTo]: 'hand://replies' }
    expect(await replyTo(1, habit)).toEqual([])
    expect(await replyTo(2, habit)).toEqual([])
    expect(await replyTo(3, habit)).toMatchObject([{ messageType: 'B', body: { n: 3 } }])
  })

  it('comes once, however often the request does', async () => {
    const { replyTo } = await answers(() => undefined)
    await replyTo(1)
    expect(await replyTo(1)).toHaveLength(1)
  })

  it('is a refusal where handlers have the message each for themselves: none of them runs', async () => {
    const { transport, deliver, sent, acknowledged } = handTransport({ replies: true })
    let runs = 0
    const alone = { message: 'A', handle: async () => void (runs += 1), transaction: undefined, cascades: [], separate: true as const }
    const { clock } = await start(
      {},
      {
        chains: ['mail', 'audit'].map((name) => ({ ...alone, queue: `local://a/${name}`, handlers: [name] })),
        messages: [registration('A')],
        routes: defineRoutes(({ listen }) => listen('hand://queue/a')),
        transports: [transport],
      },
    )
    deliver(id(1), 1, asking)
    await clock.advance(100)
    expect(acknowledged).toEqual([id(1)])
    expect(JSON.parse(Buffer.from(sent[0]!.body).toString())).toMatchObject({ type: 'JASPER_BAD_OPTION' })
    // Sent by somebody who asks for nothing in particular, it goes its way, and nobody is answered.
    deliver(id(2), 2, { [headerNames.replyTo]: 'hand://replies' })
    await clock.advance(1_000)
    expect(runs).toBe(2)
    expect(sent).toHaveLength(1)
  })
})
