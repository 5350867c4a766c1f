import type { ts } from 'ts-morph'
import type { DiscoveredMessage } from './discovered.ts'
import type { NamedShape } from './shape.ts'

/** What a reading found in the tables of messages (by symbol) and shapes (by key), and what it added to them. */
export interface TableTrace {
  readonly found: Set<ts.Symbol | string>
  readonly added: Set<ts.Symbol | string>
}

/** What a reading added, without anything that belongs to one program. */
export interface TableEntries {
  readonly messages: readonly (readonly [ts.Symbol, DiscoveredMessage])[]
  readonly shapes: readonly NamedShape[]
}
