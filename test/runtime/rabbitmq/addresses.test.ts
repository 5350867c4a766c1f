import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress, printAddress, type RabbitPlace } from '../../../runtime/transports/rabbitmq/addresses.ts'

const scheme = fc.constantFrom('rabbitmq', 'rabbitmq+invoices')
const text = (minLength: number) => fc.string({ unit: 'grapheme', minLength, maxLength: 60 }).filter((value) => Buffer.byteLength(value) <= 255)
const place: fc.Arbitrary<RabbitPlace> = fc.oneof(
  text(1).map((name) => ({ kind: 'queue' as const, name })),
  fc.tuple(text(1), fc.option(text(0), { nil: undefined })).map(([name, key]) => ({ kind: 'exchange' as const, name, key })),
)

describe('an address of RabbitMQ', () => {
  it('is parsed to the place that it was printed from', () => {
    fc.assert(
      fc.property(scheme, place, (of, one) => {
        expect(parseAddress(of, printAddress(of, one))).toEqual(one)
      }),
    )
  })

  it('has one spelling: printing what was parsed changes nothing any more', () => {
    fc.assert(
      fc.property(scheme, place, (of, one) => {
        const printed = printAddress(of, one)
        expect(printAddress(of, parseAddress(of, printed))).toBe(printed)
      }),
    )
  })

  it.each([
    ['rabbitmq://queue/orders', { kind: 'queue', name: 'orders' }],
    ['rabbitmq://queue/eu/orders', { kind: 'queue', name: 'eu/orders' }],
    ['rabbitmq://queue/eu%2Forders', { kind: 'queue', name: 'eu/orders' }],
    ['rabbitmq://exchange/events', { kind: 'exchange', name: 'events', key: undefined }],
    ['rabbitmq://exchange/events?key=', { kind: 'exchange', name: 'events', key: '' }],
    ['rabbitmq://exchange/events?key=order.placed', { kind: 'exchange', name: 'events', key: 'order.placed' }],
  ])('%s is %j', (address, expected) => {
    expect(parseAddress('rabbitmq', address)).toEqual(expected)
  })

  it.each([
    'rabbitmq',
    'rabbitmq://orders',
    'rabbitmq://Queue/orders',
    'rabbitmq://queue/',
    'rabbitmq://queue/orders?key=a',
    'rabbitmq://exchange/events?key=a&b=c',
    'rabbitmq://exchange/events?other=a',
    'rabbitmq://queue/%',
    'rabbitmq://queue/%ED%A0%80',
    `rabbitmq://queue/${'x'.repeat(256)}`,
    'rabbitmq+invoices://queue/orders',
    'tcp://queue/orders',
  ])('%s is none', (address) => {
    expect(() => parseAddress('rabbitmq', address)).toThrow(expect.objectContaining({ code: 'JASPER_UNKNOWN_DESTINATION' }))
  })
})
