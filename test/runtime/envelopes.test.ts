import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { newEnvelopeId } from '../../runtime/envelope/envelope-id.ts'
import { headerNames, isReservedHeader } from '../../runtime/envelope/headers.ts'
import { messageId, newEnvelope, type EnvelopeDraft } from '../../runtime/envelope/new-envelope.ts'
import { toMilliseconds } from '../../runtime/timing/duration.ts'

const now = new Date('2026-11-23T12:00:00.000Z')
const draft = (over: Partial<EnvelopeDraft> = {}): EnvelopeDraft => ({
  id: messageId('PlaceOrder', over.options, undefined, now),
  messageType: 'PlaceOrder',
  messageVersion: 1,
  body: new Uint8Array([123, 125]),
  destination: 'local://place-order',
  options: undefined,
  parent: undefined,
  now,
  ...over,
})

describe('envelope ids', () => {
  it('are UUIDv7 that carry their time and ascend, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 47 }), { minLength: 2, maxLength: 200 }), (times) => {
        const ids = times.map(newEnvelopeId)
        for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect([...ids].sort()).toEqual(ids)
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('keep their order beyond 4,096 in a millisecond', () => {
    const later = 2 ** 47 + 1_000
    const ids = Array.from({ length: 10_000 }, () => newEnvelopeId(later))
    expect([...ids].sort()).toEqual(ids)
  })
})

describe('a new envelope', () => {
  it('begins a conversation of its own', () => {
    const envelope = newEnvelope(draft())
    expect(envelope.correlationId).toBe(envelope.id)
    expect(envelope.conversationId).toBe(envelope.id)
    expect(envelope.causationId).toBeUndefined()
  })

  it('inherits from the message being handled, which is its cause', () => {
    const parent = { ...newEnvelope(draft({ options: { correlationId: 'c-1', tenantId: 'acme', sagaId: 's-1' } })), traceparent: '00-a-b-01', tracestate: 'x=1' }
    const child = newEnvelope(draft({ parent, messageType: 'OrderPlaced' }))
    expect(child).toMatchObject({
      correlationId: 'c-1',
      conversationId: parent.conversationId,
      causationId: parent.id,
      tenantId: 'acme',
      sagaId: 's-1',
      traceparent: '00-a-b-01',
      tracestate: 'x=1',
    })
  })

  it('takes an id, times and headers from its options', () => {
    const options = { id: '018F4B1C-0000-7000-8000-000000000000', delay: '10s', deliverWithin: '1m', headers: { source: 'web' } } as const
    expect(newEnvelope(draft({ options }))).toMatchObject({
      id: '018f4b1c-0000-7000-8000-000000000000',
      scheduledFor: new Date('2026-11-23T12:00:10.000Z'),
      deliverBy: new Date('2026-11-23T12:01:00.000Z'),
      headers: { source: 'web' },
    })
  })

  it('takes up the trace of its sender, and not the state of another trace', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const parent = { ...newEnvelope(draft({ options: { traceparent, tracestate: 'a=1' } })) }
    expect(parent).toMatchObject({ traceparent, tracestate: 'a=1' })
    const other = traceparent.replace('4bf9', '5bf9')
    expect(newEnvelope(draft({ parent, options: { traceparent: other } }))).toMatchObject({ traceparent: other, tracestate: undefined })
  })

  it.each([
    ['JASPER_BAD_OPTION', { traceparent: '00-0-0-0' }],
    ['JASPER_BAD_OPTION', { id: 'not-a-uuid' }],
    ['JASPER_BAD_OPTION', { at: now, delay: '1s' as const }],
    ['JASPER_BAD_OPTION', { at: new Date(Number.NaN) }],
    ['JASPER_BAD_OPTION', { deliverBy: new Date(-1e14) }],
    ['JASPER_BAD_OPTION', { delay: -1 }],
    ['JASPER_BAD_OPTION', { headers: { a: 1 as unknown as string } }],
    ['JASPER_RESERVED_HEADER', { headers: { 'Jasper-Id': 'x' } }],
    ['JASPER_RESERVED_HEADER', { headers: { traceparent: 'x' } }],
  ])('refuses options with %s', (code, options) => {
    expect(() => newEnvelope(draft({ options }))).toThrowError(expect.objectContaining({ code }))
  })

  it('reserves every listed header, in any case, and all of jasper-*', () => {
    for (const name of Object.values(headerNames)) expect(isReservedHeader(name.toUpperCase())).toBe(true)
    expect(isReservedHeader('jasper-anything')).toBe(true)
    expect(isReservedHeader('x-source')).toBe(false)
  })
})

describe('durations', () => {
  it.each([
    [250, 250],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ] as const)('%j is %d ms', (duration, ms) => {
    expect(toMilliseconds(duration, 'delay')).toBe(ms)
  })

  it.each(['1 s', 's', '-1s', '1w', '', Number.NaN, Infinity, -5])('%j is refused', (duration) => {
    expect(() => toMilliseconds(duration as '1s', 'delay')).toThrowError(/delay/)
  })
})
