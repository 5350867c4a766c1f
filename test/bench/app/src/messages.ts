/** What every contender carries: about 300 bytes as JSON. */
export interface Parcel {
  readonly orderId: string
  readonly customer: string
  readonly address: Address
  readonly lines: readonly Line[]
  readonly placedAt: Date
}

export interface Address {
  readonly street: string
  readonly city: string
  readonly country: string
}

export interface Line {
  readonly sku: string
  readonly quantity: number
  readonly cents: number
}

/** Stored and never handled while the clock runs: its endpoint takes one and holds it. */
export interface Kept extends Parcel {}
/** Handled by a handler that does nothing. */
export interface Handled extends Parcel {}
/** Invoked: writes one row and sends one `Kept`. */
export interface Ordered extends Parcel {}
/** Handled by a transactional handler that writes one row and sends one `Kept`. */
export interface Outboxed extends Parcel {}
/** Tells the moment at which its handler began. */
export interface Pinged extends Parcel {}
