import { expect, test } from 'vitest'
import type { AdapterUnderTest } from './transaction-adapter.ts'

/** The sentences about the last statement and COMMIT, a part of `transactionAdapterConformance`. */
export function lastStatementConformance<Root, Tx>(subject: () => AdapterUnderTest<Root, Tx>, mark: () => string): void {
  const adapter = () => subject().adapter

  /** What an adapter without `executeWithCommit` does instead. */
  const last = async (tx: Tx, id: string, explain: (error: unknown) => unknown = (error) => error) => {
    const statement = subject().insertStatement(id)
    if (adapter().executeWithCommit?.(tx, { statement, explain }) !== true) await adapter().execute(tx, statement)
  }

  test('executeWithCommit commits our last statement with the rest', async () => {
    const [first, second] = [mark(), mark()]
    for (const id of [first, second]) {
      await adapter().run(subject().root, async (tx) => {
        await subject().insert(tx, `${id}-handler`)
        await last(tx, `${id}-last`)
      })
    }
    expect(await subject().committed()).toEqual(expect.arrayContaining([`${first}-handler`, `${first}-last`, `${second}-handler`, `${second}-last`]))
  })

  test('executeWithCommit: when the statement fails, nothing is committed and run rejects with what explain makes of it', async () => {
    const id = mark()
    await adapter().run(subject().root, (tx) => last(tx, id))
    for (let time = 0; time < 5; time += 1) {
      const explained = new Error('explained')
      let seen: unknown
      const run = adapter().run(subject().root, async (tx) => {
        await subject().insert(tx, `${id}-${time}`)
        await last(tx, id, (error) => {
          seen = error
          return explained
        })
      })
      if (adapter().executeWithCommit === undefined) await expect(run).rejects.toThrow()
      else await expect(run).rejects.toBe(explained)
      expect(adapter().executeWithCommit === undefined || adapter().classify(seen) === 'duplicate').toBe(true)
      // The connection is as good as before, whatever it has prepared.
      await adapter().run(subject().root, (tx) => last(tx, `${id}-${time}-after`))
    }
    const committed = await subject().committed()
    expect(committed).not.toContain(`${id}-0`)
    expect(committed).toContain(`${id}-4-after`)
  })

  test('executeWithCommit rejects with JASPER_TRANSACTION_ABORTED when a statement of the transaction had failed', async () => {
    const id = mark()
    const run = adapter().run(subject().root, async (tx) => {
      await subject().fail(tx).catch(() => undefined)
      await last(tx, id)
    })
    await expect(run).rejects.toMatchObject({ code: 'JASPER_TRANSACTION_ABORTED' })
    expect(await subject().committed()).not.toContain(id)
  })

  test('executeWithCommit rejects with JASPER_COMMIT_UNKNOWN when the connection was lost before COMMIT was answered', async () => {
    const id = mark()
    const run = adapter().run(subject().rootThatLosesCommits, (tx) => last(tx, id))
    await expect(run).rejects.toMatchObject({ code: 'JASPER_COMMIT_UNKNOWN' })
  })

  test('executeWithCommit never commits when the connection was lost before', async () => {
    const id = mark()
    const run = adapter().run(subject().root, async (tx) => {
      await subject().insert(tx, id)
      await subject().cut(tx)
      await last(tx, `${id}-last`)
    })
    await expect(run).rejects.toThrow()
    expect(await subject().committed()).not.toContain(id)
  })
}
