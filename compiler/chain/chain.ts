import type { DiscoveredHandler, DiscoveredMessage, DiscoveredPolicy } from '../discover/discovered.ts'
import type { DiscoveredMiddleware } from '../discover/middleware.ts'

/** One message with all that happens when it is handled, or with one handler that has it for itself. What stage 2 leaves. */
export interface Chain {
  readonly message: DiscoveredMessage
  /** In the order of their calls. */
  readonly handlers: readonly DiscoveredHandler[]
  /** Its one handler has the message for itself, beside other chains of it: its name among them, and its queue. */
  readonly separate?: { readonly name: string; readonly queue: string }
  /** What runs before and after them, in the order of its calls but for what stage 3 must move. Absent where there is nothing. */
  readonly middleware?: readonly DiscoveredMiddleware[]
  /** The policies of its handlers, in the order in which they are asked. Absent where they have none. */
  readonly policies?: readonly DiscoveredPolicy[]
  /** What says that its handlers run in no transaction. Absent: nothing does. */
  readonly nonTransactional?: DiscoveredPolicy
  /** Wire names that the handlers return, each once, sorted. */
  readonly cascades: readonly string[]
  /** Index of the one handler whose value `invoke` resolves with; `undefined`: none returns anything. */
  readonly replying: number | undefined
}
