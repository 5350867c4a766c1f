import { describe, expect, it } from 'vitest'
import { defaultFailurePolicy, describePolicy } from '../../runtime/config/default-policy.ts'
import { onAnyError, onError, onErrorCode, onInnerError, type ErrorMatch } from '../../runtime/config/error-match.ts'
import { exponential } from '../../runtime/config/failure-rule.ts'
import { partsOf } from '../../runtime/config/policy.ts'
import { decideFailure } from '../../runtime/dispatch/decide-failure.ts'
import { newEnvelope } from '../../runtime/envelope/new-envelope.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'

class PaymentTimeout extends Error {}
class CardTimeout extends PaymentTimeout {}
class NotAnError {}
const isBusy = (error: unknown): boolean => error instanceof Error && error.message === 'busy'

const envelope = newEnvelope({
  id: '018f4b1c-0000-7000-8000-000000000001',
  messageType: 'Charge',
  messageVersion: 1,
  body: new Uint8Array(),
  destination: 'local://charge',
  options: undefined,
  parent: undefined,
  now: new Date(0),
})

function decide(rules: Parameters<typeof decideFailure>[0], attempt: number, error: unknown = new Error('no'), random = 0.5) {
  const complaints: string[] = []
  const complain = (what: string): void => void complaints.push(what)
  const outcome = decideFailure(rules, { error, envelope, attempt }, { random: () => random, complain })
  return { ...outcome, ...(complaints.length > 0 && { complaints }) }
}

describe('a rule is for', () => {
  const cases: readonly (readonly [string, ErrorMatch, readonly unknown[], readonly unknown[]])[] = [
    ['errors of a class and its subclasses', onError(PaymentTimeout), [new PaymentTimeout(), new CardTimeout()], [new Error('x'), 'x']],
    ['a class that is no Error', onError(NotAnError), [new NotAnError()], [new Error('x')]],
    ['several classes and predicates', onError(PaymentTimeout, isBusy).or(TypeError), [new CardTimeout(), new Error('busy'), new TypeError('x')], [new Error('x')]],
    ['all errors', onAnyError(), [new Error('x'), undefined, 0], []],
    [
      'a code, of the error or of what caused it',
      onErrorCode('40001', 'JASPER_HANDLER_TIMEOUT').orCode('1205'),
      [
        Object.assign(new Error('x'), { code: '40001' }),
        new Error('wrapped', { cause: Object.assign(new Error('x'), { code: '40001' }) }),
        new JasperError('JASPER_HANDLER_TIMEOUT', 'late'),
        { code: 1205 },
      ],
      [new Error('40001'), Object.assign(new Error('x'), { code: '40P01' }), null],
    ],
    [
      'an error or what caused it',
      onInnerError(PaymentTimeout),
      [
        new PaymentTimeout(),
        new Error('a', { cause: new Error('b', { cause: new CardTimeout() }) }),
        new AggregateError([new Error('x'), new Error('y', { cause: new PaymentTimeout() })]),
      ],
      [new Error('x', { cause: 'y' })],
    ],
    ['an inner error beside another', onError(TypeError).orInner(PaymentTimeout), [new TypeError('x'), new Error('a', { cause: new PaymentTimeout() })], [new Error('x')]],
    ['a message by its text, in any case', onAnyError().andMessage('Deadlock'), [new Error('a DEADLOCK was found'), 'deadlock'], [new Error('x'), undefined]],
    ['a message by an expression', onError(TypeError).andMessage(/^no \d/g), [new TypeError('no 1')], [new TypeError('no x'), new Error('no 1')]],
    ['a condition besides', onError(PaymentTimeout).and((error) => (error as Error).message === 'x'), [new PaymentTimeout('x')], [new PaymentTimeout('y')]],
    ['what stands before and, apart from what comes after', onError(TypeError).andMessage('x').or(RangeError), [new RangeError('y'), new TypeError('x')], [new TypeError('y')]],
  ]
  it.each(cases)('%s', (_, match, meant, others) => {
    for (const error of meant) expect(match.isMeant(error)).toBe(true)
    for (const error of others) expect(match.isMeant(error)).toBe(false)
  })

  it('errors that cause each other in a circle, without looking for ever', () => {
    const first = new Error('first')
    const second = new Error('second', { cause: first })
    first.cause = second
    expect(onInnerError(PaymentTimeout).isMeant(first)).toBe(false)
    expect(onErrorCode('X').isMeant(first)).toBe(false)
  })

  it('nothing that throws when it is looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const match of [onErrorCode('X'), onAnyError().andMessage('x')]) expect(match.isMeant(proxy)).toBe(false)
  })

  it('no error where its predicate throws, which is told', () => {
    const rule = onError(() => { throw new Error('predicate') }).discard()
    expect(decide([rule, onAnyError().requeue()], 1)).toMatchObject({ kind: 'requeue', complaints: [expect.stringContaining('the match')] })
  })
})

describe('a script', () => {
  const rule = onError(PaymentTimeout).retryNow(2).thenRetry('50ms', '1s').thenRequeue().thenSchedule('1m').thenPause('5m').thenDiscard()

  it('gives each failure in turn its step, and then its end', () => {
    const outcomes = Array.from({ length: 9 }, (_, at) => decide([rule], at + 1, new PaymentTimeout()))
    expect(outcomes).toEqual([
      { kind: 'retry', delayMs: 0 },
      { kind: 'retry', delayMs: 0 },
      { kind: 'retry', delayMs: 50 },
      { kind: 'retry', delayMs: 1_000 },
      { kind: 'requeue' },
      { kind: 'schedule', delayMs: 60_000 },
      { kind: 'pause', forMs: 300_000 },
      { kind: 'discard' },
      { kind: 'discard' },
    ])
  })

  it('ends in the dead letters where it says nothing else', () => {
    expect(decide([onError(PaymentTimeout).retry(1)], 2, new PaymentTimeout())).toEqual({ kind: 'dead-letter' })
    expect(decide([onError(PaymentTimeout).deadLetter()], 1, new PaymentTimeout())).toEqual({ kind: 'dead-letter' })
    expect(decide([onError(PaymentTimeout).discard()], 1, new PaymentTimeout())).toEqual({ kind: 'discard' })
  })

  it('repeats its last step for ever where that is asked', () => {
    const patient = onAnyError().schedule('1m', '10m').indefinitely()
    expect(decide([patient], 2)).toEqual({ kind: 'schedule', delayMs: 600_000 })
    expect(decide([patient], 2_000_000)).toEqual({ kind: 'schedule', delayMs: 600_000, endless: true })
  })

  it('counts all failed attempts, whatever their errors were', () => {
    const rules = [onError(PaymentTimeout).retryNow(3), onError(TypeError).schedule('1s', '2s')]
    expect(decide(rules, 2, new TypeError('x'))).toEqual({ kind: 'schedule', delayMs: 2_000 })
    expect(decide(rules, 3, new PaymentTimeout())).toEqual({ kind: 'retry', delayMs: 0 })
    expect(decide(rules, 3, new TypeError('x'))).toEqual({ kind: 'dead-letter' })
  })

  it('is asked in order: the first rule that means the error, else the default', () => {
    const rules = [onError(CardTimeout).discard(), onError(PaymentTimeout).requeue()]
    expect(decide(rules, 1, new CardTimeout())).toEqual({ kind: 'discard' })
    expect(decide(rules, 1, new PaymentTimeout())).toEqual({ kind: 'requeue' })
    expect([1, 2, 3, 4, 5].map((attempt) => decide(rules, attempt))).toEqual([
      ...[100, 1_000, 5_000, 30_000].map((delayMs) => ({ kind: 'schedule', delayMs })),
      { kind: 'dead-letter' },
    ])
  })

  it('spreads the delays of one stage as asked', () => {
    const jittered = onAnyError().retry('1s').withFullJitter().thenSchedule('10s', '20s').withBoundedJitter(10).thenSchedule('1m')
    expect(decide([jittered], 1, 0, 0.25)).toEqual({ kind: 'retry', delayMs: 250 })
    expect([0, 0.5, 1].map((random) => decide([jittered], 3, 0, random))).toEqual([18_000, 20_000, 22_000].map((delayMs) => ({ kind: 'schedule', delayMs })))
    expect(decide([jittered], 4, 0, 0)).toEqual({ kind: 'schedule', delayMs: 60_000 })
  })

  it('grows by itself', () => {
    expect(exponential('100ms', 5)).toEqual([100, 200, 400, 800, 1_600])
    expect(exponential('1s', 4, { factor: 10, longest: '30s' })).toEqual([1_000, 10_000, 30_000, 30_000])
    expect(decide([onAnyError().schedule(...exponential('1s', 3))], 3)).toEqual({ kind: 'schedule', delayMs: 4_000 })
  })

  it('is never changed by what is built on it', () => {
    const base = onError(PaymentTimeout).retry('1s')
    base.thenSchedule('1m').withFullJitter()
    base.withFullJitter()
    expect(base.steps).toEqual([{ kind: 'retry', delayMs: 1_000, jitter: undefined }])
  })

  it.each([
    ['a delay that is none', () => onAnyError().retry('1 sec' as never)],
    ['a delay below nothing', () => onAnyError().schedule(-1)],
    ['no times', () => onAnyError().retryNow(0)],
    ['half a time', () => onAnyError().requeue(1.5)],
    ['more times than anybody means', () => exponential('1s', 1e9)],
    ['a factor that shrinks', () => exponential('1s', 3, { factor: 0.5 })],
    ['jitter of nothing', () => onAnyError().requeue().withFullJitter()],
    ['jitter of 200 per cent', () => onAnyError().retry(1).withBoundedJitter(200)],
    ['a slot held for ever', () => onAnyError().retry(1).indefinitely()],
    ['a match without an action', () => partsOf(onAnyError(), 'It')],
    ['something else altogether', () => partsOf([onAnyError().discard(), 7], 'It')],
  ])('refuses %s', (_, make) => {
    expect(make).toThrowError(expect.objectContaining({ code: 'JASPER_BAD_OPTION' }) as never)
  })
})

describe('a custom action', () => {
  it('is asked with the error, the envelope and the number of the attempt', () => {
    const asked: unknown[] = []
    const error = new Error('x')
    const rule = onAnyError().decide((...args) => (asked.push(args), { kind: 'retry', after: '2s' }))
    expect(decide([rule], 1, error)).toEqual({ kind: 'retry', delayMs: 2_000, endless: true })
    expect(asked).toEqual([[error, envelope, 1]])
  })

  it.each([
    [{ kind: 'retry' }, { kind: 'retry', delayMs: 0 }],
    [{ kind: 'requeue' }, { kind: 'requeue' }],
    [{ kind: 'schedule', after: '1m' }, { kind: 'schedule', delayMs: 60_000 }],
    [{ kind: 'pause', for: 5 }, { kind: 'pause', forMs: 5 }],
    [{ kind: 'discard' }, { kind: 'discard' }],
    [{ kind: 'dead-letter' }, { kind: 'dead-letter' }],
  ] as const)('may decide %j', (decision, outcome) => {
    expect(decide([onAnyError().decide(() => decision)], 1)).toMatchObject(outcome)
  })

  it.each([
    ['throws', () => { throw new Error('mine') }],
    ['answers with nothing', () => undefined],
    ['answers with a promise', () => Promise.resolve({ kind: 'discard' })],
    ['answers with something unheard of', () => ({ kind: 'explode' })],
    ['answers with a delay that is none', () => ({ kind: 'schedule', after: 'soon' })],
  ])('that %s is told of, and the default decides in its place', (_, action) => {
    const rules = [onAnyError().decide(action as never).indefinitely()]
    expect(decide(rules, 2)).toMatchObject({ kind: 'schedule', delayMs: 1_000, complaints: ['a custom failure action'] })
    expect(decide(rules, 5)).toMatchObject({ kind: 'dead-letter', complaints: ['a custom failure action'] })
  })
})

describe('a policy in words', () => {
  const askTheBank = () => ({ kind: 'discard' }) as const
  it.each([
    [[], 'scheduled after 100 ms, 1 s, 5 s, 30 s, then dead letter'],
    [
      [onError(PaymentTimeout).retry('50ms', '1s').thenSchedule('1m', '10m').thenDeadLetter()],
      'PaymentTimeout: again in process after 50 ms, 1 s, then scheduled after 1 min, 10 min, then dead letter; otherwise scheduled after 100 ms, 1 s, 5 s, 30 s, then dead letter',
    ],
    [
      [onError(isBusy).orCode('40001').retryNow(3).thenRequeue(2).thenPause('5m').thenDecide(askTheBank).thenDiscard(), onAnyError().deadLetter(), onError(Error).discard()],
      'isBusy or code 40001: again at once 3 times, then to the end of its queue twice, then its endpoint pauses for 5 min, then as askTheBank decides, then discarded; otherwise dead letter',
    ],
    [
      [onAnyError().andMessage('x').schedule('1h', '90m').withFullJitter().indefinitely(), onInnerError(TypeError).decide(() => ({ kind: 'discard' })).thenDeadLetter(), onAnyError().discard()],
      'any error and message with "x": scheduled after 1 h, 1.5 h (full jitter), then again and again; TypeError as such or as a cause: as a function without a name decides, then dead letter; otherwise discarded',
    ],
  ])('%#', (rules, words) => {
    expect(describePolicy(rules)).toBe(words)
  })

  it('has the default as its last resort', () => {
    expect(defaultFailurePolicy.match.isAny).toBe(true)
  })
})
