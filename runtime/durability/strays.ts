import type { Logger } from '../contracts/logger.ts'
import type { Claim, IncomingMessages } from '../contracts/message-store.ts'
import type { Settlements } from '../inbox/settlements.ts'
import type { NodeIdentity } from './node-identity.ts'

export interface StraysParts {
  readonly rows: Pick<IncomingMessages, 'ownedBy'>
  readonly node: NodeIdentity
  readonly settlements: Settlements
  readonly log: Logger
  readonly wake: (endpoints: readonly string[]) => void
  /** Every claim that this process has in memory. */
  readonly held: () => Iterable<Claim>
}

/**
 * Rows that this node owns without holding them, as after a hand-over that got lost: given back.
 *
 * Only when two looks have seen it: between a commit and its hand-over a row is briefly unheld.
 */
export class Strays {
  readonly #parts: StraysParts
  #suspects = new Set<string>()

  constructor(parts: StraysParts) {
    this.#parts = parts
  }

  async release(): Promise<void> {
    const { rows, node, settlements, log, held, wake } = this.#parts
    const owned = await rows.ownedBy(node.id)
    const inMemory = new Set<string>()
    for (const claim of held()) inMemory.add(keyOf(claim))
    const strays = owned.filter((claim) => !inMemory.has(keyOf(claim)))
    const released = strays.filter((claim) => this.#suspects.has(keyOf(claim)))
    this.#suspects = new Set(strays.map(keyOf))
    if (released.length === 0) return
    log.warn('found messages that this node owns but does not hold; giving them back', { messages: released.length })
    await Promise.all(released.map((claim) => settlements.settle({ kind: 'release', claim })))
    wake([...new Set(released.map((claim) => claim.endpoint))])
  }
}

function keyOf(claim: Claim): string {
  return `${claim.endpoint} ${claim.id} ${claim.epoch}`
}
