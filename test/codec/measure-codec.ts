/**
 * How long a codec takes beside bare `JSON.parse` and `JSON.stringify`: `node test/codec/measure-codec.ts`.
 * CPU time, interleaved rounds, the median of the ratios of each round. No test: machines differ.
 */
import type { Shape } from '../../compiler/discover/shape.ts'
import { evaluateCodec } from './evaluate-codec.ts'
import { array, boolean, date, lit, nil, number, object, optional, record, ref, shapeTable, string, union } from './load-codecs.ts'

const address = object({ street: string, city: string, zip: string, country: string })
const priority: Shape = union(lit('low'), lit('normal'), lit('high'))
const shapes = shapeTable({
  PlaceOrder: object({
    orderId: string,
    customer: object({ id: string, name: string, email: optional(string), address }),
    lines: array(ref('Line')),
    placedAt: date,
    dueAt: union(date, nil),
    priority,
    payment: union(ref('Card'), ref('Invoice')),
    tags: array(string),
    attributes: record(string),
    gift: boolean,
    total: number,
  }),
  Line: object({
    sku: string,
    title: string,
    quantity: number,
    price: number,
    discount: optional(number),
    shipBy: optional(date),
    kind: priority,
  }),
  Card: object({ kind: lit('card'), digits: string, expires: date }),
  Invoice: object({ kind: lit('invoice'), vat: string }),
})
const order = {
  orderId: '0193a6f0-0000-7000-8000-0123456789ab',
  customer: {
    id: 'c-10023',
    name: 'Zoë Müller',
    email: 'zoe@example.org',
    address: { street: 'Long Street 12', city: 'Springfield', zip: '12345', country: 'AT' },
  },
  lines: Array.from({ length: 10 }, (_, index) => ({
    sku: `SKU-${index}00${index}`,
    title: `A thing of some kind, number ${index}`,
    quantity: index + 1,
    price: 9.99 + index,
    ...(index % 2 === 1 ? { discount: 0.1, shipBy: new Date(1.7e12 + index * 86_400_000) } : {}),
    kind: index % 3 === 0 ? 'low' : 'normal',
  })),
  placedAt: new Date(1.7e12),
  dueAt: null,
  priority: 'normal',
  payment: { kind: 'card', digits: '4242', expires: new Date(1.8e12) },
  tags: ['a', 'bb', 'new customer'],
  attributes: { channel: 'web', campaign: 'autumn', ref: 'x1' },
  gift: false,
  total: 149.85,
}

const codec = evaluateCodec(ref('PlaceOrder'), shapes)
if (codec === undefined) throw new Error('the order is refused')
const text = codec.encode(order)
const subjects: Readonly<Record<string, () => unknown>> = {
  'JSON.parse': () => JSON.parse(text),
  decode: () => codec.decode(JSON.parse(text)),
  'JSON.stringify': () => JSON.stringify(order),
  encode: () => codec.encode(order),
}
const times = new Map(Object.keys(subjects).map((name) => [name, [] as number[]]))
for (let round = 0; round < 13; round += 1) {
  for (const [name, subject] of Object.entries(subjects)) {
    const before = process.cpuUsage()
    for (let count = 0; count < 4_000; count += 1) subject()
    const { user, system } = process.cpuUsage(before)
    if (round > 1) times.get(name)?.push((user + system) / 4_000)
  }
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
const ratio = (name: string, to: string): string => {
  const divisors = times.get(to) ?? []
  return median((times.get(name) ?? []).map((time, round) => time / (divisors[round] ?? NaN))).toFixed(2)
}
for (const [name, values] of times) console.log(name.padEnd(16), `${median(values).toFixed(2)} µs`)
console.log(`${text.length} bytes: decode is ${ratio('decode', 'JSON.parse')} of JSON.parse,`)
console.log(`encode is ${ratio('encode', 'JSON.stringify')} of JSON.stringify`)
