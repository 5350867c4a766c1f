/** What whoever delivered an inline message waits to hear. */
export interface Receipt {
  /** Whether the delivery has gone back by itself: somebody else may be handling the message. */
  readonly gone: boolean
  /** The message is handled, or stored: the other side may forget it. Only the first word counts. */
  done(): void
  /** It is neither: the other side keeps it and delivers it again. */
  failed(): void
}
