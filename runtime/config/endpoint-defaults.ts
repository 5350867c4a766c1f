/** What an endpoint has unless the routes say otherwise. */
export const endpointDefaults = {
  /** Messages handled at a time. */
  parallelism: 5,
  /** A dead letter lets its ordering key go on. */
  onDeadLetter: 'release',
  /** One handling may take so long. */
  timeoutMs: 60_000,
  /** Messages that may wait in memory. */
  buffer: 1_000,
  /** When a circuit that is asked for breaks, and for how long. */
  circuitBreaker: { minimum: 10, failurePercent: 15, windowMs: 600_000, pauseMs: 300_000 },
} as const

/** What sending to a destination outside the app has unless the routes say otherwise. */
export const senderDefaults = {
  /** Messages given to the transport at a time. */
  batch: 200,
  /** Messages that may be in memory. */
  buffer: 1_000,
} as const
