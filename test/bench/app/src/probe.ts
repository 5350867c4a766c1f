/** What the benchmark looks at, and how it holds a handler back: a service, as any app has some. */
export interface Probe {
  /** Resolves when messages that are only to be stored may be handled. */
  keep(): Promise<void>
  /** A handler begins. */
  began(orderId: string): void
}
