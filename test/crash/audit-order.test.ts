import { describe, expect, it } from 'vitest'
import { auditOrder } from './audit-order.ts'

const lines = (...entries: readonly number[]) => entries.map((entry) => ({ account: 'ada', entry }))
const sent = new Map([['ada', 4]])

describe('the audit of order', () => {
  it('finds nothing amiss where every entry was written once, in its order', () => {
    expect(auditOrder(lines(1, 2, 3, 4), sent)).toEqual([])
  })

  it.each([
    ['lost', lines(1, 2, 4), 'entry 3'],
    ['lost', lines(1, 2, 3), 'entry 4'],
    ['doubled', lines(1, 2, 2, 3, 4), 'entries 2'],
    ['out of order', lines(1, 3, 2, 4), 'entry 2 after 3'],
    ['ghost', lines(1, 2, 3, 4, 5), 'entry 5 of 4'],
  ])('finds what is %s', (kind, written, what) => {
    expect(auditOrder(written, sent)).toEqual([{ kind, account: 'ada', what }])
  })

  it('finds lines of an account that nobody has', () => {
    expect(auditOrder([...lines(1, 2, 3, 4), { account: 'eve', entry: 1 }], sent)).toMatchObject([{ kind: 'ghost', account: 'eve' }])
  })
})
