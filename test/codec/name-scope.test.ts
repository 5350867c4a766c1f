import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseNames, chooseNamings, identifier, kebabCase, type NameRequest } from '../../compiler/emit/name-scope.ts'

const hint = fc.oneof(
  fc.constantFrom('handle', 'class', 'await', 'Date', 'JSON', 'arguments', 'PlaceOrder', 'placeOrder', 'place-order', 'a', 'A', '1', '', '__proto__', 'constructor'),
  fc.string({ maxLength: 8 }),
  fc.string({ maxLength: 4, unit: 'binary' }),
)
const requests = fc.uniqueArray(
  fc.record({ key: fc.string({ maxLength: 6 }), hint, qualifiers: fc.array(hint, { maxLength: 2 }) }),
  { maxLength: 12, selector: ({ key }) => key },
)
const shuffledTwins = requests.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))

/** Whether JavaScript takes the name for a variable, in strict code and in an async function. */
function isLegal(name: string): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the parser is the judge
    new Function(`'use strict'; return async () => { const ${name} = 1; return ${name} }`)
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
  } catch {
    return false
  }
}

describe('identifiers', () => {
  test('are legal, apart, not taken, and the same in any order', () => {
    fc.assert(
      fc.property(shuffledTwins, fc.uniqueArray(hint, { maxLength: 5 }), ([list, shuffled], taken) => {
        const names = chooseNames(list, new Set(taken))
        expect(names.size).toBe(list.length)
        expect(new Set(names.values()).size).toBe(list.length)
        for (const name of names.values()) {
          expect(name).toSatisfy(isLegal)
          expect(taken).not.toContain(name)
        }
        const again = chooseNames(shuffled, new Set(taken))
        for (const { key } of list) expect(again.get(key)).toBe(names.get(key))
      }),
    )
  })

  test.each([
    ['placeOrder', 'placeOrder'],
    ['first-name', 'firstName'],
    ['delete', 'delete_'],
    ['Date', 'Date_'],
    ['2fa', '_2fa'],
    ['', '_'],
    ["it's", 'itS'],
    ['größe', 'größe'],
  ])('%j is called %s', (wish, name) => {
    expect(identifier(wish)).toBe(name)
  })

  test('two of one name both say more; others keep theirs', () => {
    const wishes: readonly NameRequest[] = [
      { key: 'a', hint: 'handle', qualifiers: ['place-order'] },
      { key: 'b', hint: 'handle', qualifiers: ['cancel'] },
      { key: 'c', hint: 'mailer' },
    ]
    expect([...chooseNames(wishes).values()]).toEqual(['handlePlaceOrder', 'handleCancel', 'mailer'])
  })

  test('the same key twice is a mistake of the caller', () => {
    expect(() => chooseNames([{ key: 'a', hint: 'x' }, { key: 'a', hint: 'y' }])).toThrow('twice')
  })
})

describe('names of messages', () => {
  test('make files and identifiers that are apart, also where case does not count, in any order', () => {
    fc.assert(
      fc.property(shuffledTwins, ([list, shuffled]) => {
        const namings = chooseNamings(list)
        const all = [...namings.values()]
        expect(new Set(all.map(({ kebab }) => kebab.toLowerCase())).size).toBe(list.length)
        expect(new Set(all.map(({ camel }) => `${camel}Codec`)).size).toBe(list.length)
        expect(new Set(all.map(({ pascal }) => `decode${pascal}`)).size).toBe(list.length)
        for (const { kebab, camel, pascal } of all) {
          expect(`${camel}Codec`).toSatisfy(isLegal)
          expect(`decode${pascal}`).toSatisfy(isLegal)
          expect(kebab).toMatch(/^[^\s./\\:*?"<>|]+$/)
        }
        expect(new Map(shuffled.map(({ key }) => [key, chooseNamings(shuffled).get(key)]))).toEqual(
          new Map(shuffled.map(({ key }) => [key, namings.get(key)])),
        )
      }),
    )
  })

  test.each([
    ['PlaceOrder', 'place-order', 'placeOrder', 'PlaceOrder'],
    ['orders.place-order', 'orders-place-order', 'ordersPlaceOrder', 'OrdersPlaceOrder'],
    ['HTTPRequest', 'http-request', 'httpRequest', 'HttpRequest'],
    ['Order2Go', 'order2-go', 'order2Go', 'Order2Go'],
    ['order_placed', 'order-placed', 'orderPlaced', 'OrderPlaced'],
    ['2fa', '2fa', '_2fa', '_2fa'],
    ['Delete', 'delete', 'delete', 'Delete'],
  ])('%s', (name, kebab, camel, pascal) => {
    expect(chooseNamings([{ key: name, hint: name }]).get(name)).toEqual({ kebab, camel, pascal })
  })

  test('file names that Windows keeps for devices are avoided', () => {
    expect(kebabCase('Con')).toBe('con-file')
    expect(kebabCase('Console')).toBe('console')
  })

  test('names that differ in hyphens or case alone are told apart by their keys', () => {
    const namings = chooseNamings([{ key: 'PlaceOrder', hint: 'PlaceOrder' }, { key: 'place-order', hint: 'place-order' }])
    expect([...namings.values()].map(({ kebab }) => kebab)).toEqual([
      expect.stringMatching(/^place-order-x[0-9a-f]{6}$/),
      expect.stringMatching(/^place-order-x[0-9a-f]{6}$/),
    ])
  })
})
