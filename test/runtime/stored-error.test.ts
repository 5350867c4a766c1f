import { describe, expect, it } from 'vitest'
import { storedError } from '../../runtime/dispatch/stored-error.ts'
import { decodeFailure } from '../../runtime/envelope/codec-failure.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { smallApp } from './small-app.ts'

const unreadable = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const throwing = Object.defineProperty(new Error('x'), 'message', {
  get() {
    throw new Error('from the getter')
  },
})
const odd = Object.assign(new Error('x'), { message: 7, name: Symbol('odd'), stack: { at: 1 } })

describe('what is logged of an error', () => {
  it('names where a body does not fit its type, and keeps the value for the dead letter', async () => {
    const codec = {
      encode: (message: unknown) => JSON.stringify(message),
      decode: () => {
        throw decodeFailure('$.password', 'a number', 'open sesame')
      },
    }
    const { app, clock, log } = smallApp({ Count: () => undefined }, { messages: [{ name: 'Count', version: 1, codec }] })
    await app.start()
    await app.bus.send('Count', { n: 1 })
    await clock.advance(10)
    expect(log.lines.find(({ event }) => event.includes('dead-lettered'))?.fields).toMatchObject({
      errorType: 'JASPER_DECODE',
      error: 'JASPER_DECODE: $.password: expected a number',
    })
    expect(JSON.stringify(log.lines)).not.toContain('sesame')
    expect(await app.deadLetters.list({ limit: 1 })).toMatchObject([{ error: { message: expect.stringContaining('sesame') as string } }])
    await app.stop()
  })
})

describe('what is kept of an error', () => {
  it('is its class, or its code, with message and stack', () => {
    expect(storedError(new RangeError('too much'))).toMatchObject({ type: 'RangeError', message: 'too much', stack: expect.stringContaining('RangeError') as string })
    expect(storedError(new JasperError('JASPER_DECODE', 'no'))).toMatchObject({ type: 'JASPER_DECODE' })
    expect(storedError('text')).toEqual({ type: 'string', message: 'text', stack: undefined })
  })

  it.each([
    ['an object that is no text', Object.create(null) as object],
    ['a revoked proxy', unreadable()],
    ['an error whose message throws', throwing],
    ['an error whose members are no texts', odd],
  ])('is text, whatever was thrown: %s', async (_, thrown) => {
    const stored = storedError(thrown)
    expect([typeof stored.type, typeof stored.message]).toEqual(['string', 'string'])
    const { app, clock } = smallApp({
      Count: () => {
        throw thrown // eslint-disable-line @typescript-eslint/only-throw-error -- what handlers do is what is tested
      },
    })
    await app.start()
    await app.bus.send('Count', { n: 1 })
    await clock.advance(60_000)
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([{ envelope: { attempts: 5 } }])
    await app.stop()
  })
})
