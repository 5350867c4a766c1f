import { FailureScript, type FailureAction, type FailureRule } from './failure-rule.ts'
import { causesOf, codeOf, isErrorClass, messageOf, nameOf } from './read-error.ts'
import type { Duration } from '../bus/delivery-options.ts'

/** A class of errors; abstract ones serve too. */
export type ErrorClass = abstract new (...args: never[]) => unknown

/**
 * Whether an error is meant. Anything may be thrown, so it is given as `unknown`. One that throws
 * itself means no error, and the log says so. `describe` calls it by its name.
 */
export type ErrorPredicate = (error: unknown) => boolean

interface Test {
  readonly words: string
  readonly isMeant: ErrorPredicate
  readonly isAny: boolean
  readonly isForRejections: boolean
}

/**
 * Which errors a rule is for. Immutable: each member returns another.
 *
 * What stands further on reads from left to right: `onError(A).andMessage('x').or(B)` means the errors
 * of class A whose message has an x, and all of class B.
 */
export class ErrorMatch {
  readonly #test: Test

  private constructor(test: Test) {
    this.#test = test
  }

  /** Called by `onError` and its like. */
  static of(words: string, isMeant: ErrorPredicate, isAny = false, isForRejections = false): ErrorMatch {
    return new ErrorMatch({ words, isMeant, isAny, isForRejections })
  }

  /** Whether every error is meant, so that no rule behind this one is ever asked. */
  get isAny(): boolean {
    return this.#test.isAny
  }

  /**
   * Whether messages are meant that a `validate` function has refused: only where their code, `JASPER_REJECTED`,
   * is named. A rule for errors in general says nothing of them, for they are no failures.
   */
  get isForRejections(): boolean {
    return this.#test.isForRejections
  }

  /** The match in words, for `describe`. */
  get words(): string {
    return this.#test.words
  }

  /** Whether the error is meant. Throws only where a predicate does. */
  isMeant(error: unknown): boolean {
    return this.#test.isMeant(error)
  }

  /** Also errors of these classes, or for which one of these predicates is true. */
  or(...errors: readonly (ErrorClass | ErrorPredicate)[]): ErrorMatch {
    return this.#or(onError(...errors))
  }

  /** Also errors with one of these codes: see {@link onErrorCode}. */
  orCode(...codes: readonly string[]): ErrorMatch {
    return this.#or(onErrorCode(...codes))
  }

  /** Also errors that these are, or that these caused: see {@link onInnerError}. */
  orInner(...errors: readonly (ErrorClass | ErrorPredicate)[]): ErrorMatch {
    return this.#or(onInnerError(...errors))
  }

  /** Of all these, only errors whose message contains the text, whatever its case, or fits the expression. */
  andMessage(text: string | RegExp): ErrorMatch {
    const words = typeof text === 'string' ? `message with ${JSON.stringify(text)}` : `message like ${String(text)}`
    const wanted = typeof text === 'string' ? text.toLowerCase() : text
    return this.#and(words, (error) => {
      const message = messageOf(error)
      // A global expression remembers where it stopped; `search` does not care.
      return typeof wanted === 'string' ? message.toLowerCase().includes(wanted) : message.search(wanted) >= 0
    })
  }

  /** Of all these, only errors for which the predicate is true. */
  and(predicate: ErrorPredicate): ErrorMatch {
    return this.#and(nameOf(predicate, 'a predicate without a name'), predicate)
  }

  /** Tries again at once, in this process, so many times; once when unsaid. The message keeps its slot and its claim. */
  retryNow(times = 1): FailureScript {
    return FailureScript.begin(this).thenRetryNow(times)
  }

  /** Tries again after each of these delays, in this process. The message keeps its slot and its claim meanwhile. */
  retry(first: Duration, ...more: readonly Duration[]): FailureScript {
    return FailureScript.begin(this).thenRetry(first, ...more)
  }

  /** Puts the message to the end of its queue, so many times; once when unsaid. */
  requeue(times = 1): FailureScript {
    return FailureScript.begin(this).thenRequeue(times)
  }

  /** Gives the message back to the store, to be taken up after each of these delays by whichever process. */
  schedule(first: Duration, ...more: readonly Duration[]): FailureScript {
    return FailureScript.begin(this).thenSchedule(first, ...more)
  }

  /** Pauses the endpoint for so long, on all processes, and puts the message back into its place. */
  pause(first: Duration, ...more: readonly Duration[]): FailureScript {
    return FailureScript.begin(this).thenPause(first, ...more)
  }

  /** Asks a function of yours what to do: see {@link FailureAction}. */
  decide(action: FailureAction): FailureScript {
    return FailureScript.begin(this).thenDecide(action)
  }

  /** Drops the message at its first failure. Logged. */
  discard(): FailureRule {
    return FailureScript.begin(this).thenDiscard()
  }

  /** Moves the message to the dead letters at its first failure. */
  deadLetter(): FailureRule {
    return FailureScript.begin(this).thenDeadLetter()
  }

  #or(other: ErrorMatch): ErrorMatch {
    const isAny = this.isAny || other.isAny
    const isForRejections = this.isForRejections || other.isForRejections
    return ErrorMatch.of(`${this.words} or ${other.words}`, (error) => this.isMeant(error) || other.isMeant(error), isAny, isForRejections)
  }

  #and(words: string, predicate: ErrorPredicate): ErrorMatch {
    const isMeant: ErrorPredicate = (error) => this.isMeant(error) && predicate(error)
    return ErrorMatch.of(`${this.words} and ${words}`, isMeant, false, this.isForRejections)
  }
}

/**
 * Begins a rule for errors of these classes, or for which one of these predicates is true.
 *
 * ```ts
 * export const policy = onError(PaymentTimeout).retry('50ms', '1s').thenSchedule('1m', '10m').thenDeadLetter()
 * ```
 *
 * The n-th failure of a message takes the n-th step of the first rule that means its error: the rules
 * of the handler, then the global ones, then the default (after 100 ms, 1 s, 5 s and 30 s, then the
 * dead letters). A rule whose steps are used up ends in the dead letters, unless it says otherwise.
 */
export function onError(...errors: readonly (ErrorClass | ErrorPredicate)[]): ErrorMatch {
  const tests = errors.map(testOf)
  return ErrorMatch.of(wordsOf(errors), (error) => tests.some((test) => test(error)))
}

/** Begins a rule for all errors. */
export function onAnyError(): ErrorMatch {
  return ErrorMatch.of('any error', () => true, true)
}

/**
 * Begins a rule for errors whose `code`, or that of an error that caused them, is one of these: those of
 * the runtime (`JASPER_HANDLER_TIMEOUT`, `JASPER_REJECTED`), SQLSTATEs (`40001`), those of Node (`ECONNRESET`).
 */
export function onErrorCode(...codes: readonly string[]): ErrorMatch {
  const isMeant: ErrorPredicate = (error) => causesOf(error).some((cause) => codes.includes(codeOf(cause) ?? ''))
  return ErrorMatch.of(`code ${codes.join(' or ')}`, isMeant, false, codes.includes('JASPER_REJECTED'))
}

/** Begins a rule for errors that are of these classes or fit these predicates, or were caused by one that does (`cause`, `errors`). */
export function onInnerError(...errors: readonly (ErrorClass | ErrorPredicate)[]): ErrorMatch {
  const tests = errors.map(testOf)
  return ErrorMatch.of(`${wordsOf(errors)} as such or as a cause`, (error) => {
    return causesOf(error).some((cause) => tests.some((test) => test(cause)))
  })
}

function testOf(error: ErrorClass | ErrorPredicate): ErrorPredicate {
  return isErrorClass(error) ? (thrown) => thrown instanceof error : error
}

function wordsOf(errors: readonly (ErrorClass | ErrorPredicate)[]): string {
  return errors.map((error) => nameOf(error, 'a predicate without a name')).join(' or ')
}
