import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastStatementConformance } from './last-statement.ts'
import type { SqlStatement } from '../../runtime/contracts/statement.ts'
import type { IsolationLevel, TransactionAdapter } from '../../runtime/contracts/transaction-adapter.ts'

/** One adapter, set up on a real database with an empty table `marks (id text primary key)`. */
export interface AdapterUnderTest<Root, Tx> {
  readonly adapter: TransactionAdapter<Root, Tx>
  readonly root: Root
  /** A root whose connection breaks after COMMIT was sent and before its answer arrives. */
  readonly rootThatLosesCommits: Root
  /** The levels that this library and database know. */
  readonly isolationLevels: readonly IsolationLevel[]
  /** Inserts a mark the way a handler would. */
  insert(tx: Tx, id: string): Promise<unknown>
  /** Runs a statement that the database refuses, the way a handler would. */
  fail(tx: Tx): Promise<unknown>
  /** The isolation level that the database reports inside `tx`. */
  isolationOf(tx: Tx): Promise<string>
  /** A handle on which the caller has begun a transaction by its own means. */
  beginAsCaller(): Promise<{ readonly tx: Tx; end(how: 'commit' | 'rollback'): Promise<void> }>
  /** Ends the database session of `tx` from outside and resolves when `tx` is of no use any more. */
  cut(tx: Tx): Promise<void>
  /** The committed marks, read on a connection of its own, sorted. */
  committed(): Promise<readonly string[]>
  /** A statement of ours that inserts a mark and answers with its id. */
  insertStatement(id: string): SqlStatement
  /** How many connections of the root are neither idle nor gone; `undefined` where the library does not say. */
  checkedOut(): number | undefined
  close(): Promise<void>
}

/** The sentences of `runtime/contracts/transaction-adapter.ts`, each as a test. */
export function transactionAdapterConformance<Root, Tx>(
  name: string,
  prepare: () => Promise<AdapterUnderTest<Root, Tx>>,
): void {
  describe(`transaction adapter: ${name}`, () => {
    let subject: AdapterUnderTest<Root, Tx>
    let adapter: TransactionAdapter<Root, Tx>
    let next = 0
    const mark = () => `mark-${String(++next).padStart(4, '0')}`

    beforeAll(async () => {
      subject = await prepare()
      adapter = subject.adapter
    })
    afterAll(async () => {
      const checkedOut = subject.checkedOut()
      await subject.close()
      expect(checkedOut ?? 0, 'connections that were not given back').toBe(0)
    })

    test('commits when work resolves', async () => {
      const id = mark()
      await adapter.run(subject.root, (tx) => subject.insert(tx, id))
      expect(await subject.committed()).toContain(id)
    })

    test("resolves with work's value only after the database said that it committed", async () => {
      const id = mark()
      const value = { of: 'work' }
      const seen = adapter
        .run(subject.root, async (tx) => {
          await subject.insert(tx, id)
          expect(await subject.committed()).not.toContain(id)
          return value
        })
        .then(async (result) => ({ result, committed: await subject.committed() }))
      expect((await seen).result).toBe(value)
      expect((await seen).committed).toContain(id)
    })

    test('rolls back when work rejects, then rejects with the same error', async () => {
      const id = mark()
      const boom = new Error('boom')
      await expect(
        adapter.run(subject.root, async (tx) => {
          await subject.insert(tx, id)
          throw boom
        }),
      ).rejects.toBe(boom)
      expect(await subject.committed()).not.toContain(id)
    })

    test('passes on what work rejects with even if it is no Error', async () => {
      // A handler may throw anything.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      await expect(adapter.run(subject.root, () => Promise.reject('a string'))).rejects.toBe('a string')
    })

    test('rejects with the error that work let through from the database', async () => {
      const id = mark()
      let seen: unknown
      const run = adapter.run(subject.root, async (tx) => {
        await subject.insert(tx, id)
        await subject.fail(tx).catch((error: unknown) => {
          seen = error
          throw error
        })
      })
      await expect(run).rejects.toBeDefined()
      await expect(run).rejects.toBe(seen)
      expect(await subject.committed()).not.toContain(id)
    })

    test('rejects with the same error when the connection is lost while work runs', async () => {
      const id = mark()
      const boom = new Error('after the cut')
      await expect(
        adapter.run(subject.root, async (tx) => {
          await subject.insert(tx, id)
          await subject.cut(tx)
          throw boom
        }),
      ).rejects.toBe(boom)
      expect(await subject.committed()).not.toContain(id)
    })

    test('does not retry', async () => {
      let runs = 0
      await expect(
        adapter.run(subject.root, () => {
          runs++
          return Promise.reject(Object.assign(new Error('retryable'), { code: '40001', severity: 'ERROR' }))
        }),
      ).rejects.toThrow('retryable')
      expect(runs).toBe(1)
    })

    test('rejects with JASPER_TRANSACTION_ABORTED when the database rolled back instead of committing', async () => {
      const id = mark()
      await expect(
        adapter.run(subject.root, async (tx) => {
          await subject.insert(tx, id)
          await subject.fail(tx).catch(() => undefined)
        }),
      ).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
      expect(await subject.committed()).not.toContain(id)
    })

    test('never commits when the connection was lost before COMMIT was sent', async () => {
      const id = mark()
      await expect(
        adapter.run(subject.root, async (tx) => {
          await subject.insert(tx, id)
          await subject.cut(tx)
        }),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^JASPER_(TRANSACTION_ABORTED|COMMIT_UNKNOWN)$/) as string })
      expect(await subject.committed()).not.toContain(id)
    })

    test('rejects with JASPER_COMMIT_UNKNOWN when the connection was lost before COMMIT was answered', async () => {
      const id = mark()
      await expect(
        adapter.run(subject.rootThatLosesCommits, (tx) => subject.insert(tx, id)),
      ).rejects.toMatchObject({ code: 'JASPER_COMMIT_UNKNOWN', cause: expect.any(Error) as Error })
    })

    test('the handle is revoked when work ends: using it later throws JASPER_TRANSACTION_ENDED', async () => {
      const id = mark()
      let leaked: Tx | undefined
      const afterRejection = adapter.run(subject.root, (tx) => {
        leaked = tx
        return Promise.reject(new Error('end'))
      })
      await expect(afterRejection).rejects.toThrow('end')
      await expect((async () => subject.insert(leaked as Tx, id))()).rejects.toMatchObject({
        code: 'JASPER_TRANSACTION_ENDED',
      })

      // Revoked handles must not reach a promise: resolving with one reads its `then`.
      await adapter.run(subject.root, async (tx) => {
        leaked = tx
        await subject.insert(tx, mark())
      })
      await expect((async () => subject.insert(leaked as Tx, id))()).rejects.toMatchObject({
        code: 'JASPER_TRANSACTION_ENDED',
      })
      expect(await subject.committed()).not.toContain(id)
    })

    test('a leaked handle does not reach the transaction that has its connection next', async () => {
      const [first, second, late] = [mark(), mark(), mark()]
      let leaked: Tx | undefined
      await adapter.run(subject.root, async (tx) => {
        leaked = tx
        await subject.insert(tx, first)
      })
      await adapter.run(subject.root, async (tx) => {
        await subject.insert(tx, second)
        await expect((async () => subject.insert(leaked as Tx, late))()).rejects.toMatchObject({
          code: 'JASPER_TRANSACTION_ENDED',
        })
      })
      const committed = await subject.committed()
      expect(committed).toEqual(expect.arrayContaining([first, second]))
      expect(committed).not.toContain(late)
    })

    test('opens the transaction with the isolation level asked for', async () => {
      for (const isolation of subject.isolationLevels) {
        const seen = await adapter.run(subject.root, (tx) => subject.isolationOf(tx), { isolation })
        expect(seen).toBe(isolation)
      }
    })

    test('runs transactions side by side, each its own', async () => {
      const ids = Array.from({ length: 8 }, mark)
      const outcomes = await Promise.allSettled(
        ids.map((id, i) =>
          adapter.run(subject.root, async (tx) => {
            await subject.insert(tx, id)
            if (i % 2 === 1) throw new Error('odd')
          }),
        ),
      )
      expect(outcomes.map((outcome) => outcome.status)).toEqual(ids.map((_, i) => (i % 2 === 1 ? 'rejected' : 'fulfilled')))
      const committed = await subject.committed()
      expect(ids.filter((id) => committed.includes(id))).toEqual(ids.filter((_, i) => i % 2 === 0))
    })

    test('execute runs our statement on the very connection of tx', async () => {
      const [kept, dropped] = [mark(), mark()]
      await adapter.run(subject.root, async (tx) => {
        const result = await adapter.execute(tx, subject.insertStatement(kept))
        expect(result).toEqual({ rows: [{ id: kept }], affected: 1 })
      })
      await adapter
        .run(subject.root, async (tx) => {
          await adapter.execute(tx, subject.insertStatement(dropped))
          throw new Error('undo')
        })
        .catch(() => undefined)
      const committed = await subject.committed()
      expect(committed).toContain(kept)
      expect(committed).not.toContain(dropped)
    })

    test('execute passes values on unharmed', async () => {
      const values = ['$1 @p1 ? \' " \\ é 🐘\n', 12.5, true, null, new Uint8Array([0, 255, 10])]
      const row = await adapter.run(subject.root, async (tx) => {
        const { rows } = await adapter.execute(tx, {
          parts: ['select ', '::text as s, ', '::float8 as n, ', '::boolean as b, ', '::text as z, ', '::bytea as y'],
          values,
        })
        return rows[0]
      })
      expect(row).toMatchObject({ s: values[0], n: 12.5, b: true, z: null })
      expect(new Uint8Array(row?.['y'] as Uint8Array)).toEqual(new Uint8Array([0, 255, 10]))
    })

    test('execute fails in a transaction whose statement had failed', async () => {
      const id = mark()
      await expect(
        adapter.run(subject.root, async (tx) => {
          await subject.fail(tx).catch(() => undefined)
          await adapter.execute(tx, subject.insertStatement(id))
        }),
      ).rejects.toBeDefined()
      expect(await subject.committed()).not.toContain(id)
    })

    test('execute rejects with JASPER_NOT_A_TRANSACTION when tx is not, or is no longer, an open transaction', async () => {
      const refused = { code: 'JASPER_NOT_A_TRANSACTION' }
      const statement = subject.insertStatement(mark())
      const leaked: Tx[] = []
      await adapter.run(subject.root, (tx) => Promise.resolve(void leaked.push(tx)))
      for (const value of [...leaked, subject.root, {}, null, undefined, 'tx']) {
        await expect(adapter.execute(value as Tx, statement)).rejects.toMatchObject(refused)
      }
    })

    lastStatementConformance(() => subject, mark)

    test('isTransaction says whether a value is an open transaction of this library, and never throws', async () => {
      const leaked: Tx[] = []
      await adapter.run(subject.root, (tx) => {
        leaked.push(tx)
        expect(adapter.isTransaction(tx)).toBe(true)
        expect(adapter.isRoot(tx)).toBe(false)
        return Promise.resolve()
      })
      expect(adapter.isTransaction(leaked[0])).toBe(false)
      for (const value of [subject.root, ...hostile()]) expect(adapter.isTransaction(value)).toBe(false)
    })

    test('isRoot says whether a value is what run takes as root, and never throws', () => {
      expect(adapter.isRoot(subject.root)).toBe(true)
      for (const value of hostile()) expect(adapter.isRoot(value)).toBe(false)
    })

    test('callers.isHandle knows handles, whether or not a transaction is open on them, no roots, and never throws', async () => {
      const { tx, end } = await subject.beginAsCaller()
      expect(adapter.callers.isHandle(tx)).toBe(true)
      expect(adapter.isTransaction(tx), 'it is not one of ours').toBe(false)
      await end('rollback')
      const leaked: Tx[] = []
      await adapter.run(subject.root, async (ours) => {
        leaked.push(ours)
        expect(adapter.callers.isHandle(ours)).toBe(true)
      })
      for (const value of [...leaked, subject.root, ...hostile()]) expect(adapter.callers.isHandle(value)).toBe(false)
    })

    test('callers.execute runs our statement on the connection of the handle, in the transaction of the caller', async () => {
      const [kept, dropped] = [mark(), mark()]
      for (const [id, how] of [[kept, 'commit'], [dropped, 'rollback']] as const) {
        const { tx, end } = await subject.beginAsCaller()
        expect(await adapter.callers.execute(tx, subject.insertStatement(id))).toEqual({ rows: [{ id }], affected: 1 })
        await end(how)
      }
      const committed = await subject.committed()
      expect(committed).toContain(kept)
      expect(committed).not.toContain(dropped)
    })

    test('callers.execute rejects with JASPER_TRANSACTION_ABORTED when a statement of the transaction has failed', async () => {
      const { tx, end } = await subject.beginAsCaller()
      await subject.fail(tx).catch(() => undefined)
      await expect(adapter.callers.execute(tx, subject.insertStatement(mark()))).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
      await end('rollback')
    })

    test('classify tells a duplicate wherever the library hides the code', async () => {
      const id = mark()
      await adapter.run(subject.root, (tx) => subject.insert(tx, id))
      const error: unknown = await adapter
        .run(subject.root, (tx) => subject.insert(tx, id))
        .then(() => undefined, (reason: unknown) => reason)
      expect(adapter.classify(error)).toBe('duplicate')
      expect(adapter.classify(new Error('wrapped', { cause: error }))).toBe('duplicate')
    })

    test('classify calls all that is no database error other, and never throws', () => {
      for (const value of [new Error('plain'), Object.assign(new Error('pipe'), { code: 'EPIPE' }), ...hostile()]) {
        expect(adapter.classify(value)).toBe('other')
      }
    })
  })
}

/** Values that make a careless look at them throw. */
function hostile(): unknown[] {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const circular: { cause?: unknown } = {}
  circular.cause = circular
  return [undefined, null, 0, 'text', {}, [], () => undefined, proxy, circular, Object.create(null)]
}
