import { describe, expect, test } from 'vitest'
import { importTable, type ImportRequest, specifier } from '../../compiler/emit/import-table.ts'
import { toText } from '../../templates/code.ts'
import { spellImports } from '../../templates/import-symbol.ts'

const place = { module: 'place-order.chain.ts', outputFolder: 'src/generated/jasper', style: { extension: 'ts' } } as const
const orders = { file: 'src/orders/messages.ts' }

function statements(requests: readonly ImportRequest[], taken?: ReadonlySet<string>): string {
  return toText(spellImports(importTable(requests, taken === undefined ? place : { ...place, taken }).symbols))
}

describe('import statements', () => {
  const requests: readonly ImportRequest[] = [
    { from: { file: 'src/orders/place-order.handler.ts' }, name: 'handle', typeOnly: false },
    { from: orders, name: 'PlaceOrder', typeOnly: true },
    { from: orders, name: 'OrderPlaced', typeOnly: true },
    { from: { package: 'jasper-runtime/generated' }, name: 'ChainRun', typeOnly: true },
    { from: { package: 'jasper-runtime/generated' }, name: 'ambiguousReturn', typeOnly: false },
    { from: { package: 'jasper-runtime/pg' }, name: 'pgTransactions', typeOnly: false },
    { from: { generated: 'shapes/order-line.codec.ts' }, name: 'decodeOrderLine', typeOnly: false },
  ]
  const wanted = [
    "import { type ChainRun, ambiguousReturn } from 'jasper-runtime/generated'",
    "import { pgTransactions } from 'jasper-runtime/pg'",
    "import type { OrderPlaced, PlaceOrder } from '../../orders/messages.ts'",
    "import { handle } from '../../orders/place-order.handler.ts'",
    "import { decodeOrderLine } from './shapes/order-line.codec.ts'",
    '',
  ].join('\n')

  test('packages come first, each sorted', () => {
    expect(statements(requests)).toBe(wanted)
  })

  test('the order and the number of requests do not matter', () => {
    expect(statements([...requests, ...requests].reverse())).toBe(wanted)
  })

  test('a name that is a type here and a value there is imported as a value', () => {
    expect(statements([{ from: orders, name: 'Money', typeOnly: true }, { from: orders, name: 'Money', typeOnly: false }])).toBe(
      "import { Money } from '../../orders/messages.ts'\n",
    )
  })

  test('two of one name get others, and so does one that the module declares itself', () => {
    const twice: readonly ImportRequest[] = [
      { from: { file: 'src/a/place-order.handler.ts' }, name: 'handle', typeOnly: false },
      { from: { file: 'src/b/cancel.handler.ts' }, name: 'handle', typeOnly: false },
      { from: { file: 'src/b/cancel.handler.ts' }, name: 'run', typeOnly: false },
      { from: { package: 'date-kit' }, name: 'Date', typeOnly: true },
    ]
    const table = importTable(twice, { ...place, taken: new Set(['run']) })
    expect(table.nameOf({ file: 'src/a/place-order.handler.ts' }, 'handle')).toBe('handlePlaceOrder')
    expect(toText(spellImports(table.symbols))).toBe(
      [
        "import type { Date as Date_ } from 'date-kit'",
        "import { handle as handlePlaceOrder } from '../../a/place-order.handler.ts'",
        "import { handle as handleCancel, run as runCancel } from '../../b/cancel.handler.ts'",
        '',
      ].join('\n'),
    )
  })

  test('a long statement is broken, one name a line', () => {
    const names = Array.from({ length: 12 }, (_, index) => `decodeSomething${String.fromCharCode(65 + index)}`)
    const text = statements(names.map((name) => ({ from: orders, name, typeOnly: false })))
    expect(text.split('\n')[0]).toBe('import {')
    expect(text.split('\n')).toContain('  decodeSomethingA,')
  })

  test('a name that was not requested is a mistake of the caller', () => {
    expect(() => importTable([], place).nameOf(orders, 'PlaceOrder')).toThrow('place-order.chain.ts uses PlaceOrder')
  })
})

describe('specifiers', () => {
  test.each([
    ['ts', 'src/a.ts', '../../a.ts'],
    ['js', 'src/a.ts', '../../a.js'],
    ['none', 'src/a.ts', '../../a'],
    ['js', 'src/a.mts', '../../a.mjs'],
    ['js', 'src/a.cts', '../../a.cjs'],
    ['none', 'src/a.mts', '../../a.mjs'],
    ['js', 'src/a.tsx', '../../a.js'],
    ['js', 'src/a.d.ts', '../../a.js'],
    ['ts', 'src/generated/jasper/../x.ts', '../x.ts'],
    ['ts', 'lib/deep/b.ts', '../../../lib/deep/b.ts'],
    ['ts', '../shared/c.ts', '../../../../shared/c.ts'],
  ] as const)('with %s endings %s is %s', (extension, file, wanted) => {
    expect(specifier({ file }, { ...place, style: { extension } })).toBe(wanted)
  })

  test('of other generated modules', () => {
    expect(specifier({ generated: 'index.ts' }, { ...place, module: 'shapes/money.codec.ts' })).toBe('../index.ts')
    expect(specifier({ package: '@scope/x' }, place)).toBe('@scope/x')
  })
})
