import { describe, expect, it } from 'vitest'
import { onError } from '../../runtime/config/index.ts'
import type { EnlistedStatement } from '../../runtime/contracts/message-store.ts'
import type { TransactionAdapter } from '../../runtime/contracts/transaction-adapter.ts'
import { MessageRun } from '../../runtime/dispatch/message-run.ts'
import type { RunParts } from '../../runtime/dispatch/run-parts.ts'
import type { Envelope } from '../../runtime/envelope/envelope.ts'
import { Outgoing } from '../../runtime/outbox/outgoing.ts'
import { keptLog, startsSmallApps, type Run } from './small-app.ts'

const start = startsSmallApps()

function thing(name: string, seen: string[], dispose: () => void = () => undefined) {
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.resolve()
      seen.push(`${name} goes`)
      dispose()
    },
  }
}

/** A transaction that notes what becomes of it, and a run in it. */
function scene() {
  const seen: string[] = []
  const log = keptLog()
  const transaction = {
    name: 'noted',
    run: async <T>(_root: unknown, work: (tx: string) => Promise<T>) => {
      try {
        const value = await work('tx')
        seen.push('commit')
        return value
      } catch (error) {
        seen.push('rollback')
        throw error
      }
    },
    execute: async () => {
      seen.push('settled')
      return await Promise.resolve({ rows: [], affected: 1 })
    },
  } as unknown as TransactionAdapter<unknown, string>
  const parts = {
    clock: { now: () => new Date(0) },
    log,
    timeoutMs: 1_000,
    rootOf: () => undefined,
    enlist: (): EnlistedStatement => ({ statement: undefined, verify: () => undefined }) as unknown as EnlistedStatement,
  } as unknown as RunParts
  const envelope = { id: 'm-1', messageType: 'Count' } as Envelope
  const claim = { id: 'm-1', endpoint: 'local://count', owner: 'here', epoch: 1 }
  return { seen, log, transaction, run: new MessageRun({ n: 1 }, envelope, claim, new Outgoing(), parts) }
}

describe('what was made for a message', () => {
  it('goes in reverse when its attempt has ended, failed or not, before the next one begins', async () => {
    const seen: string[] = []
    const policy = { Count: onError(RangeError).retryNow().thenDeadLetter() }
    const { app, clock } = await start(
      {
        Count: (run: Run) => {
          run.disposable(thing('first', seen))
          run.disposable(undefined)
          run.disposable(thing('second', seen))
          seen.push(`attempt ${run.envelope.attempts + 1}`)
          if (run.envelope.attempts === 0) throw new RangeError('once')
        },
      },
      { policy },
    )
    const twice = ['attempt 1', 'second goes', 'first goes', 'attempt 2', 'second goes', 'first goes']
    await app.bus.invoke('Count', { n: 1 })
    expect(seen.splice(0)).toEqual(twice)
    await app.bus.send('Count', { n: 2 })
    await clock.advance(100)
    expect(seen).toEqual(twice)
  })

  it('before its transaction began goes after the commit; what was made inside goes before the last statement', async () => {
    const { seen, transaction, run } = scene()
    run.disposable(thing('outer', seen))
    await run.inTransaction(transaction, async () => {
      run.disposable(thing('inner', seen))
      run.disposable(thing('innermost', seen))
      seen.push('handled')
      await run.settle()
    })
    await run.dispose()
    expect(seen).toEqual(['handled', 'innermost goes', 'inner goes', 'settled', 'commit', 'outer goes'])
    expect(run.keeps).toBe(false)
  })

  it('goes before the rollback of the transaction in which its handler fails', async () => {
    const { seen, transaction, run } = scene()
    const work = run.inTransaction(transaction, async () => {
      run.disposable(thing('inner', seen))
      return await Promise.reject(new Error('no stock'))
    })
    await expect(work).rejects.toThrow('no stock')
    expect(seen).toEqual(['inner goes', 'rollback'])
  })

  it('and cannot be disposed of makes its transaction fail; the others go all the same', async () => {
    const { seen, transaction, run } = scene()
    const work = run.inTransaction(transaction, async () => {
      run.disposable(thing('first', seen))
      run.disposable(thing('second', seen, () => { throw new Error('not flushed') }))
      await run.settle()
    })
    await expect(work).rejects.toThrow('not flushed')
    expect(seen).toEqual(['second goes', 'first goes', 'rollback'])
  })

  it('and cannot be disposed of when its attempt has ended is told in the log, and changes nothing', async () => {
    const { seen, run, log } = scene()
    run.disposable(thing('first', seen))
    run.disposable(thing('second', seen, () => { throw new Error('stuck') }))
    await run.dispose()
    expect(seen).toEqual(['second goes', 'first goes'])
    expect(log.lines).toMatchObject([{ level: 'error', fields: { messageId: 'm-1', messageType: 'Count', error: 'stuck' } }])
  })
})
