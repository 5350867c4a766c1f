import type { DiscoveredHandler, DiscoveredMessage, DiscoveredPolicy } from '../discover/discovered.ts'
import type { AnsweredArgument } from 'jasper-runtime/config'
import type { SourceSpan } from '../discover/source-span.ts'
import type { DiscoveredMiddleware } from '../discover/middleware.ts'

/** One message with all that happens when it is handled, or with one handler that has it for itself. What stage 2 leaves. */
export interface Chain {
  readonly message: DiscoveredMessage
  /** In the order of their calls. */
  readonly handlers: readonly DiscoveredHandler[]
  /** Its one handler has the message for itself, beside other chains of it: its name among them, and its queue. */
  readonly separate?: { readonly name: string; readonly queue: string }
  /** What runs before and after them, in the order of its calls but for what stage 3 must move. Absent where there is nothing. */
  readonly middleware?: readonly ChainMiddleware[]
  /** The policies of its handlers, in the order in which they are asked. Absent where they have none. */
  readonly policies?: readonly DiscoveredPolicy[]
  /** What says that its handlers run in no transaction. Absent: nothing does. */
  readonly nonTransactional?: DiscoveredPolicy
  /** Wire names that the handlers return, each once, sorted. */
  readonly cascades: readonly string[]
  /** Index of the one handler whose value `invoke` resolves with; `undefined`: none returns anything. */
  readonly replying: number | undefined
}

/** Middleware in its chain. */
export interface ChainMiddleware extends DiscoveredMiddleware {
  /** Absent: its name has put it there, and not the answer of a plugin. */
  readonly step?: PluginStep
}

export interface PluginStep {
  /** The file of the plugin. */
  readonly plugin: string
  /** Where that is declared. */
  readonly span: SourceSpan
  /** What parameters are given, by their names. The others are found by type. */
  readonly with: Readonly<Record<string, AnsweredArgument>>
}
