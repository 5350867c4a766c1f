import type { DeliveryOptions, Duration } from './delivery-options.ts'
import type { SentWhere } from './sends.ts'

/** Notes a message in a scope, and returns its id. Throws what its sender is to be told. */
export type Note = (
  name: string,
  message: unknown,
  options: DeliveryOptions | undefined,
  mustHaveSubscriber: boolean,
  to?: SentWhere,
) => string

/** The sending members of a bus whose messages wait for a commit, by name and value. */
export function notingSender(note: Note) {
  return {
    // Async, so that whatever is wrong with a message rejects and does not throw.
    send: async (name: string, message: unknown, options?: DeliveryOptions): Promise<string> => note(name, message, options, true),
    publish: async (name: string, message: unknown, options?: DeliveryOptions): Promise<string> => note(name, message, options, false),
    schedule: async (name: string, message: unknown, when: Date | Duration, options?: DeliveryOptions): Promise<string> =>
      note(name, message, withTime(options, when), true),
    sendTo: async (endpoint: string, name: string, message: unknown, options?: DeliveryOptions): Promise<string> =>
      note(name, message, options, true, endpoint),
    toTopic: async (topic: string, name: string, message: unknown, options?: DeliveryOptions): Promise<string> =>
      note(name, message, { ...options, topic }, true, { byTopic: true }),
  }
}

/** Adds a time to delivery options. */
export function withTime(options: DeliveryOptions | undefined, when: Date | Duration): DeliveryOptions {
  return when instanceof Date ? { ...options, at: when } : { ...options, delay: when }
}
