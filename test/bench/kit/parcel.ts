import { randomUUID } from 'node:crypto'

/** The message that every contender carries: about 300 bytes as JSON. */
export interface Parcel {
  readonly orderId: string
  readonly customer: string
  readonly address: { readonly street: string; readonly city: string; readonly country: string }
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly cents: number }[]
  readonly placedAt: Date
}

export function parcel(): Parcel {
  return {
    orderId: randomUUID(),
    customer: 'Zoe Mueller',
    address: { street: 'Long Street 12', city: 'Springfield', country: 'AT' },
    lines: [
      { sku: 'SKU-10001', quantity: 2, cents: 1999 },
      { sku: 'SKU-10002', quantity: 1, cents: 4950 },
    ],
    placedAt: new Date(),
  }
}

/** The table that the users' own writes go to. */
export const ordersTable = 'create table orders (id uuid primary key, customer text not null)'

export const insertOrder = 'insert into orders (id, customer) values ($1, $2)'
