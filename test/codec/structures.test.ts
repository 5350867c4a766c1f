import { describe, expect, test } from 'vitest'
import { array, bigint, codecOf, date, json, lit, loadCodecs, message, nil, number, object, optional, record, ref, shapeTable, string, tuple, union } from './load-codecs.ts'
import { refusalText, travel } from './travel.ts'

describe('an order', async () => {
  const shapes = shapeTable({
    PlaceOrder: object({ id: string, customer: object({ name: string, address: object({ city: string }) }), lines: array(ref('Line')), placedAt: date }),
    Line: object({ sku: string, price: number, dates: array(date), note: optional(string) }),
  })
  const { codec: find } = await loadCodecs({ messages: [message('PlaceOrder', ref('PlaceOrder'))], shapes })
  const codec = find('PlaceOrder')
  const order = {
    id: 'a',
    customer: { name: 'b', address: { city: 'c' } },
    lines: [{ sku: 'd', price: 1, dates: [new Date(0), new Date(1)] }, { sku: 'e', price: -2.5e-7, dates: [], note: '' }],
    placedAt: new Date(2),
  }

  test('comes back as it went in', () => {
    expect(travel(codec, order)).toStrictEqual(order)
  })

  test('the path leads to the problem', () => {
    const parsed = JSON.parse(codec.encode(order))
    parsed.lines[1].price = '3'
    expect(refusalText(() => codec.decode(parsed))).toBe('JASPER_DECODE: $.lines[1].price: expected a finite number, found "3"')
    expect(refusalText(() => codec.decode({ ...parsed, customer: { name: '', address: [] } }))).toBe(
      'JASPER_DECODE: $.customer.address: expected an object, found a list of 0 elements',
    )
    expect(refusalText(() => codec.encode({ ...order, lines: [order.lines[0], { sku: 1 }] }))).toBe(
      'JASPER_ENCODE: $.lines[1].sku: expected a string, found 1',
    )
    expect(refusalText(() => codec.encode({ ...order, lines: [undefined] }))).toBe('JASPER_ENCODE: $.lines[0]: expected an object, found nothing')
    expect(refusalText(() => codec.encode({ ...order, lines: {} }))).toBe('JASPER_ENCODE: $.lines: expected a list, found an object')
  })

  test.each([[null], [undefined], [[]], ['{}'], [1]])('%j is no order', (value) => {
    expect(refusalText(() => codec.decode(value))).toMatch(/^JASPER_DECODE: \$: expected an object/)
    expect(refusalText(() => codec.encode(value))).toMatch(/^JASPER_ENCODE: \$: expected an object/)
  })

  test('members that the type does not name are left out, at every level', () => {
    const parsed = JSON.parse(codec.encode(order))
    parsed.extra = 1
    parsed.customer.address.extra = { a: 1 }
    parsed.lines[0].extra = []
    expect(codec.decode(parsed)).toStrictEqual(order)
  })
})

describe('lists', async () => {
  const codec = await codecOf(object({ list: array(union(number, nil)), nested: array(array(bigint)) }))

  test('of null and of lists', () => {
    const value = { list: [1, null, 2], nested: [[], [1n, -2n]] }
    expect(travel(codec, value)).toStrictEqual(value)
  })

  test('holes and undefined are refused', () => {
    // eslint-disable-next-line no-sparse-arrays -- the hole is what is tested
    for (const list of [[1, , 2], [undefined]]) expect(refusalText(() => codec.encode({ list, nested: [] }))).toMatch(/\$\.list\[\d\]: .*found nothing/)
  })

  test('null in a list of lists is refused with its index', () => {
    expect(refusalText(() => codec.decode({ list: [], nested: [['1'], null] }))).toMatch(/\$\.nested\[1\]: expected a list, found null/)
  })
})

describe('tuples', async () => {
  const codec = await codecOf(
    object({ pair: tuple(string, date), open: tuple(lit('x'), { rest: number }), loose: tuple(optional(string), optional(bigint)), all: tuple({ rest: string }) }),
  )
  const value = { pair: ['a', new Date(1)], open: ['x', 1, 2], loose: ['y'], all: ['p', 'q'] }

  test('come back as they went in', () => {
    expect(travel(codec, value)).toStrictEqual(value)
    const other = { pair: ['a', new Date(1)], open: ['x'], loose: ['y', 5n], all: [] }
    expect(travel(codec, other)).toStrictEqual(other)
    expect(codec.encode({ ...other, loose: [undefined, undefined] })).toContain('"loose":[]')
  })

  test.each([
    ['pair', ['a'], '$.pair: expected a list of 2 elements, found a list of 1 element'],
    ['pair', ['a', '2024-01-01T00:00:00Z', 1], '$.pair: expected a list of 2 elements'],
    ['pair', [1, '2024-01-01T00:00:00Z'], '$.pair[0]: expected a string'],
    ['open', [], '$.open: expected a list of at least 1 element'],
    ['open', ['x', 'y'], '$.open[1]: expected a finite number'],
    ['loose', [null], '$.loose[0]: expected a string'],
    ['loose', ['a', '1', '2'], '$.loose: expected a list of 0 to 2 elements'],
    ['all', [1], '$.all[0]: expected a string'],
  ])('%s = %j is refused', (member, wrong, text) => {
    expect(refusalText(() => codec.decode({ ...JSON.parse(codec.encode(value)), [member]: wrong }))).toContain(text)
  })

  test('encode refuses what is too short, too long, or has a hole', () => {
    expect(refusalText(() => codec.encode({ ...value, pair: ['a'] }))).toContain('$.pair: expected a list of 2 elements')
    expect(refusalText(() => codec.encode({ ...value, loose: ['a', 1n, 1] }))).toContain('$.loose: expected a list of 0 to 2 elements')
    expect(refusalText(() => codec.encode({ ...value, loose: [undefined, 1n] }))).toContain('$.loose[0]: expected a string')
    expect(refusalText(() => codec.encode({ ...value, open: ['x', 1, undefined] }))).toContain('$.open[2]: expected a finite number')
  })
})

describe('records', async () => {
  const codec = await codecOf(object({ prices: record(number), due: record(date), maybe: record(union(string, { kind: 'undefined' })), any: record(json) }))
  const value = { prices: { EUR: 1, 'a "b"': 2, constructor: 3, toString: 4, '': 5 }, due: { x: new Date(1) }, maybe: {}, any: { a: [1] } }

  test('come back as they went in, names of inherited members included', () => {
    expect(travel(codec, value)).toStrictEqual(value)
  })

  test('undefined values are left out where the type allows them, else refused', () => {
    expect(codec.encode({ ...value, maybe: { a: undefined, b: 'x' } })).toContain('"maybe":{"b":"x"}')
    expect(refusalText(() => codec.encode({ ...value, prices: { EUR: undefined } }))).toContain('$.prices["EUR"]: expected a finite number, found nothing')
  })

  test('a member called __proto__ is dropped both ways', () => {
    const parsed = JSON.parse('{"prices":{"__proto__":7,"a":1},"due":{"__proto__":"x"},"maybe":{},"any":{"__proto__":{"polluted":true}}}')
    const decoded = codec.decode(parsed) as typeof value
    expect(decoded).toStrictEqual({ prices: { a: 1 }, due: {}, maybe: {}, any: {} })
    expect(Object.getPrototypeOf(decoded.any)).toBe(Object.prototype)
    expect(codec.encode({ ...decoded, prices: JSON.parse('{"__proto__":7}') })).toContain('"prices":{}')
  })

  test('only own members are written', () => {
    expect(codec.encode({ ...value, prices: Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }) })).toContain('"prices":{"own":2}')
  })
})

describe('keys that every object inherits', async () => {
  const codec = await codecOf(object({ constructor: optional(string), toString: optional(number), valueOf: string, ['__proto__']: optional(string) }))

  test('are members like others', () => {
    const value = JSON.parse('{"constructor":"a","toString":1,"valueOf":"c","__proto__":"d"}')
    const decoded = travel(codec, value)
    expect(Object.entries(decoded as object)).toEqual([['valueOf', 'c'], ['constructor', 'a'], ['toString', 1], ['__proto__', 'd']])
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
  })

  test('are missing where they are not own', () => {
    expect(travel(codec, { valueOf: 'c' })).toStrictEqual({ valueOf: 'c' })
    expect(refusalText(() => codec.decode({}))).toContain('$.valueOf: expected a string, found nothing')
  })
})

describe('hostile members of plain objects', async () => {
  const codec = await codecOf(object({ id: string, inner: object({ at: optional(date) }) }))

  test('reach no prototype', () => {
    const decoded = codec.decode(JSON.parse('{"id":"a","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"inner":{"__proto__":{"at":1}}}'))
    expect(decoded).toStrictEqual({ id: 'a', inner: {} })
    expect(Reflect.get(Object.prototype, 'admin')).toBeUndefined()
  })
})

describe('names of members that are no identifiers, or names of the generated code', async () => {
  const names = ['first-name', 'class', 'path', 'json', 'value', 'depth', 'result', 'text', 'readObject', 'decodeFailure', 'Date', 'JSON', 'Object', "it's", 'a`${b}', '😀', '\u2028', '1', 'über', '']
  const codec = await codecOf(object(Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? string : optional(date)]))))

  test('travel', () => {
    const value = Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? name : new Date(index)]))
    expect(travel(codec, value)).toEqual(value)
  })

  test.each(names.filter((_, index) => index % 2 === 0))('a wrong %j is refused', (name) => {
    const wrong = Object.fromEntries(names.map((other, index) => [other, index % 2 === 0 ? other : new Date(index)]))
    expect(refusalText(() => codec.encode({ ...wrong, [name]: 5 }))).toContain('expected a string, found 5')
  })
})

describe('classes', async () => {
  const shapes = shapeTable(
    {
      Charge: object({ money: ref('Money'), at: optional(ref('Moment')), secret: ref('Secret') }),
      Money: object({ amount: bigint, currency: string, note: optional(string) }),
      Moment: string,
      Secret: object({ text: string, made: date }),
    },
    { Money: { fromJSON: false }, Moment: { fromJSON: true }, Secret: { fromJSON: true } },
  )
  const source = `
    export class Money {
      amount: bigint
      currency: string
      declare note?: string
      constructor(amount: bigint, currency: string) { this.amount = amount; this.currency = currency }
      get label(): string { return this.amount + ' ' + this.currency }
    }
    export class Moment {
      #text: string
      constructor(text: string) { this.#text = text }
      get text(): string { return this.#text }
      toJSON(): string { return this.#text }
      static fromJSON(text: string): Moment {
        if (text === 'never') throw new TypeError('there is no such moment')
        return new Moment(text)
      }
    }
    export class Secret {
      text: string
      made: Date
      constructor(text: string, made: Date) { this.text = text; this.made = made }
      static fromJSON(json: { text: string; made: Date }): Secret { return new Secret(json.text + '!', json.made) }
    }
    export interface Charge { money: Money; at?: Moment; secret: Secret }
  `
  const { codec: find, user } = await loadCodecs({ messages: [message('Charge', ref('Charge'), true)], shapes, source })
  const codec = find('Charge')
  const { Money, Moment, Secret } = user as Record<string, new (...values: unknown[]) => { label: string; text: string; made: Date }>

  test('come back by prototype, or through fromJSON with converted members', () => {
    const charge = { money: new Money!(5n, 'EUR'), at: new Moment!('noon'), secret: new Secret!('s', new Date(3)) }
    expect(JSON.parse(codec.encode(charge))).toEqual({
      money: { amount: '5', currency: 'EUR' },
      at: 'noon',
      secret: { text: 's', made: '1970-01-01T00:00:00.003Z' },
    })
    const back = travel(codec, charge) as typeof charge
    expect(back.money).toBeInstanceOf(Money)
    expect(back.money).toStrictEqual(charge.money)
    expect(back.money.label).toBe('5 EUR')
    expect(back.at).toBeInstanceOf(Moment)
    expect(back.at.text).toBe('noon')
    expect(back.secret).toBeInstanceOf(Secret)
    expect(back.secret).toMatchObject({ text: 's!', made: new Date(3) })
  })

  test('what fromJSON refuses is JASPER_DECODE with its cause', () => {
    const parsed = { money: { amount: '5', currency: 'EUR' }, at: 'never', secret: { text: '', made: '2024-01-01T00:00:00Z' } }
    expect(refusalText(() => codec.decode(parsed))).toBe('JASPER_DECODE: $.at: expected what Moment.fromJSON accepts, found "never"')
    expect(refusalText(() => codec.decode({ ...parsed, at: 5 }))).toBe('JASPER_DECODE: $.at: expected a string, found 5')
    let cause: unknown
    try {
      codec.decode(parsed)
    } catch (error) {
      cause = (error as Error).cause
    }
    expect(cause).toBeInstanceOf(TypeError)
  })
})

describe('recursive types', async () => {
  const shapes = shapeTable({
    Tree: object({ value: number, children: array(ref('Tree')) }),
    Node: object({ next: union(ref('Node'), nil) }),
    Json: union(nil, string, number, { kind: 'boolean' }, array(ref('Json')), record(ref('Json'))),
    Holder: object({ json: ref('Json') }),
    Even: object({ odd: optional(ref('Odd')) }),
    Odd: object({ even: optional(ref('Even')), at: date }),
  })
  const { codec } = await loadCodecs({ messages: ['Tree', 'Node', 'Holder', 'Even'].map((name) => message(name, ref(name))), shapes })
  const chain = (length: number): unknown => {
    let node: unknown = null
    for (let i = 0; i < length; i += 1) node = { next: node }
    return node
  }

  test('travel', () => {
    const tree = { value: 1, children: [{ value: 2, children: [{ value: 3, children: [] }] }, { value: 4, children: [] }] }
    expect(travel(codec('Tree'), tree)).toStrictEqual(tree)
    const holder = { json: { a: [1, 'x', null, { b: [[true]] }] } }
    expect(travel(codec('Holder'), holder)).toStrictEqual(holder)
    const even = { odd: { at: new Date(1), even: { odd: { at: new Date(2) } } } }
    expect(travel(codec('Even'), even)).toStrictEqual(even)
  })

  test('a thousand levels pass, more are refused clearly, a hundred thousand too', () => {
    expect(travel(codec('Node'), chain(1000))).toEqual(chain(1000))
    for (const length of [1001, 100_000]) {
      expect(refusalText(() => codec('Node').decode(chain(length)))).toMatch(/^JASPER_DECODE: \$\.next.*…\.?.*: expected an end to the nesting, found an object$/)
      expect(refusalText(() => codec('Node').encode(chain(length)))).toMatch(/^JASPER_ENCODE: /)
    }
  })

  test('a cycle is refused', () => {
    const node: Record<string, unknown> = {}
    node['next'] = node
    expect(refusalText(() => codec('Node').encode(node))).toContain('expected an end to the nesting')
  })

  test('the path of a deep problem keeps both ends', () => {
    const deep = JSON.parse(`${'{"next":'.repeat(500)}7${'}'.repeat(500)}`)
    const text = refusalText(() => codec('Node').decode(deep))
    expect(text).toMatch(/^JASPER_DECODE: \$\.next\.next.*….*next: expected an object, found 7$/)
    expect(text.length).toBeLessThan(300)
  })
})
