import { describe, expect, it } from 'vitest'
import { onAnyError, onError, onErrorCode } from '../../runtime/config/error-match.ts'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { RejectedError, rejected } from '../../runtime/errors/rejected-error.ts'
import { handTransport } from './hand-transport.ts'
import { startsSmallApps, type Run, type SmallApp } from './small-app.ts'

const start = startsSmallApps()

/** What generated code does when `validate` has returned reasons: here for odd numbers. */
const refusesOdd = (attempts: number[], handled: number[]) => (run: Run) => {
  attempts.push(run.message.n)
  run.cascade('Handled', run.message)
  if (run.message.n % 2 === 1) throw rejected(run, [`${run.message.n} is odd`, 'and unwanted'])
  handled.push(run.message.n)
}

const at = async ({ endpoints }: SmallApp['app'], address: string) => (await endpoints.list()).find((one) => one.address === address)

describe.each(['durable', 'buffered'] as const)('a %s message that validate refuses', (mode) => {
  const routes = defineRoutes(({ listen }) => listen('local://count', { mode }))
  const watched = defineRoutes(({ listen }) => listen('local://count', { mode, circuitBreaker: { minimum: 1 } }))

  it('is done with: not tried again, no dead letter, nothing of what it sent; and counted', async () => {
    const [attempts, handled, sent]: number[][] = [[], [], []]
    const { app, clock, log } = await start(
      { Count: refusesOdd(attempts!, handled!), Handled: (run) => sent!.push(run.message.n) },
      { routes: watched, policies: [onError(Error).retryNow(3), onAnyError().schedule('1s')] },
    )
    for (const n of [1, 2, 3]) await app.bus.send('Count', { n })
    await clock.advance(60_000)
    expect({ attempts: attempts!.sort(), handled, sent }).toEqual({ attempts: [1, 2, 3], handled: [2], sent: [2] })
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([])
    expect(await app.counts()).toEqual([])
    expect(await at(app, 'local://count')).toMatchObject({ rejected: 2, flow: 'open' })
    expect(log.lines.filter(({ event }) => event.includes('refused')).map(({ level, fields }) => [level, fields['error']])).toEqual([
      ['info', 'JASPER_REJECTED: Count was refused: 1 is odd; and unwanted'],
      ['info', 'JASPER_REJECTED: Count was refused: 3 is odd; and unwanted'],
    ])
  })

  it('is a dead letter where a policy names JASPER_REJECTED and says so', async () => {
    const attempts: number[] = []
    const { app, clock } = await start(
      { Count: refusesOdd(attempts, []), Handled: () => undefined },
      { routes, policy: { Count: onErrorCode('JASPER_REJECTED').deadLetter() }, policies: onAnyError().retryNow(3) },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(60_000)
    const [letter] = await app.deadLetters.list({ limit: 10 })
    expect(letter).toMatchObject({ error: { type: 'JASPER_REJECTED' }, envelope: { attempts: 1 } })
    expect(await at(app, 'local://count')).toMatchObject({ rejected: 0 })
  })

  it('is tried again where such a policy says that', async () => {
    const attempts: number[] = []
    const { app, clock } = await start(
      { Count: refusesOdd(attempts, []), Handled: () => undefined },
      { routes, policies: onErrorCode('JASPER_REJECTED').orCode('OTHER').schedule('1s', '5s').thenDiscard() },
    )
    await app.bus.send('Count', { n: 1 })
    await clock.advance(60_000)
    expect(attempts).toEqual([1, 1, 1])
    expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([])
  })
})

it('an inline message that validate refuses is acknowledged, and never stored', async () => {
  const { transport, deliver, acknowledged } = handTransport()
  const { app, clock } = await start(
    { A: (run) => { throw rejected(run, ['no']) } },
    { transports: [transport], routes: defineRoutes(({ listen }) => listen('hand://a', { mode: 'inline' })) },
  )
  deliver('00000000-0000-7000-8000-000000000001', 1)
  await clock.advance(1_000)
  expect(acknowledged).toHaveLength(1)
  expect(await app.counts()).toEqual([])
  expect(await at(app, 'hand://a')).toMatchObject({ rejected: 1 })
})

describe('invoke of a message that validate refuses', () => {
  it('rejects with the reasons at once, whatever the policies say of errors, and sends nothing', async () => {
    const [attempts, sent]: number[][] = [[], []]
    const { app, clock } = await start(
      { Count: refusesOdd(attempts!, []), Handled: (run) => sent!.push(run.message.n) },
      { policies: [onError(JasperError).retryNow(2), onAnyError().retryNow(2)] },
    )
    const error: unknown = await app.bus.invoke('Count', { n: 7 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RejectedError)
    expect(error).toMatchObject({ code: 'JASPER_REJECTED', reasons: ['7 is odd', 'and unwanted'] })
    expect([RejectedError.is(error), JasperError.is(error, 'JASPER_REJECTED'), RejectedError.is(new JasperError('JASPER_DECODE', ''))]).toEqual([true, true, false])
    await clock.advance(10_000)
    expect({ attempts, sent }).toEqual({ attempts: [7], sent: [] })
  })

  it('tries again where a policy for JASPER_REJECTED wants that at once', async () => {
    const attempts: number[] = []
    const { app } = await start({ Count: refusesOdd(attempts, []), Handled: () => undefined }, { policies: onErrorCode('JASPER_REJECTED').retryNow(2) })
    await expect(app.bus.invoke('Count', { n: 7 })).rejects.toMatchObject({ code: 'JASPER_REJECTED' })
    expect(attempts).toEqual([7, 7, 7])
  })
})
