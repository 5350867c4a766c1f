import { describe, expect, it } from 'vitest'
import type { AmqpMessage, AmqpProperties } from '../../../runtime/transports/rabbitmq/amqp.ts'
import { fromAmqp, redeliveriesOf, toAmqp } from '../../../runtime/transports/rabbitmq/map-message.ts'
import { envelope } from '../../conformance/message-store/scene.ts'

const now = new Date('2026-11-24T12:00:00.000Z')
const arrived = (properties: AmqpProperties, body = ''): AmqpMessage => ({
  fields: { redelivered: false, exchange: '', routingKey: 'a' },
  properties,
  content: Buffer.from(body),
})
const read = (properties: AmqpProperties) => ({ ...fromAmqp(arrived(properties), 'rabbitmq').headers })

describe('what goes to the broker', () => {
  it('has the properties that other systems look for, and everything else in headers', () => {
    const message = envelope({ replyTo: 'rabbitmq://queue/replies', tenantId: 'Ærø', headers: { own: 'yes' }, sentAt: now, deliverBy: new Date(now.getTime() + 1_500) })
    const { properties } = toAmqp(message, 'rabbitmq', 'shop', now)
    expect(properties).toMatchObject({
      messageId: message.id,
      type: message.messageType,
      contentType: 'application/json',
      correlationId: message.correlationId,
      replyTo: 'replies',
      timestamp: now.getTime() / 1_000,
      expiration: '1500',
      appId: 'shop',
      headers: { own: 'yes', 'jasper-tenant-id': 'Ærø', 'jasper-deliver-by': '2026-11-24T12:00:01.500Z' },
    })
    expect(Object.keys(properties.headers!)).not.toContain('jasper-id')
  })

  it('keeps in headers what is too long for a property, and no time to live that the broker would refuse', () => {
    const long = 'x'.repeat(256)
    const { properties } = toAmqp(envelope({ correlationId: long, deliverBy: new Date('2099-01-01T00:00:00Z') }), 'rabbitmq', long, now)
    expect(properties).not.toHaveProperty('correlationId')
    expect(properties).not.toHaveProperty('expiration')
    expect(properties.headers).toMatchObject({ 'jasper-correlation-id': long })
    expect(properties.appId!.length).toBeLessThanOrEqual(255)
  })

  it('says the address where a reply goes to another place than a queue of this broker', () => {
    const { properties } = toAmqp(envelope({ replyTo: 'tcp://host:1/a' }), 'rabbitmq', 'shop', now)
    expect(properties.replyTo).toBe('tcp://host:1/a')
  })
})

describe('what comes from another system', () => {
  it('is read from its properties', () => {
    expect(read({ messageId: 'order 7', type: 'PlaceOrder', correlationId: 'c', contentType: 'text/plain', replyTo: 'replies', timestamp: 1_700_000_000 })).toEqual({
      'jasper-id': 'order 7',
      'jasper-message-type': 'PlaceOrder',
      'jasper-correlation-id': 'c',
      'content-type': 'text/plain',
      'jasper-reply-to': 'rabbitmq://queue/replies',
      'jasper-sent-at': '2023-11-14T22:13:20.000Z',
    })
  })

  it('is read from a header of our name first', () => {
    expect(read({ messageId: 'property', headers: { 'jasper-id': 'header' } })).toEqual({ 'jasper-id': 'header' })
  })

  it('has headers of other types as text, and none that could be a prototype', () => {
    const headers = { n: 7, yes: true, bytes: Buffer.from('Ærø'), nothing: null, death: [{ queue: 'a' }], 'x-delivery-count': 3 }
    const own = read({ headers: Object.assign(JSON.parse('{"__proto__":"x"}') as object, headers) })
    expect(own).toEqual({ n: '7', yes: 'true', bytes: 'Ærø', nothing: '', death: '[{"queue":"a"}]', ...(JSON.parse('{"__proto__":"x"}') as object) })
    expect(Object.getPrototypeOf(own)).toBe(Object.prototype)
  })

  it('tells how often it was delivered as far as the broker knows', () => {
    expect(redeliveriesOf(arrived({}))).toBe(0)
    expect(redeliveriesOf({ ...arrived({}), fields: { redelivered: true, exchange: '', routingKey: '' } })).toBe(1)
    expect(redeliveriesOf(arrived({ headers: { 'x-delivery-count': 3 } }))).toBe(3)
  })
})
