import type { FailureCount, Settlement } from '../../contracts/message-store.ts'

/** One change of one row, and the places of the settlements that it answers for. */
export interface FoldedSettlement {
  readonly settlement: Settlement
  /** What the attempts leave with the message, those kept before this settlement included. */
  readonly count: Partial<FailureCount>
  readonly places: readonly number[]
}

/**
 * One settlement for each claim, for a statement changes a row once: what was kept goes into the
 * settlement that follows, and holds or fails with it. Behind one that ends the claim there is
 * nothing left to settle.
 */
export function foldSettlements(settlements: readonly Settlement[]): readonly FoldedSettlement[] {
  const byClaim = new Map<string, FoldedSettlement>()
  settlements.forEach((settlement, place) => {
    const { id, endpoint, owner, epoch } = settlement.claim
    const key = `${id.toLowerCase()} ${owner.toLowerCase()} ${epoch} ${endpoint}`
    const before = byClaim.get(key)
    if (before === undefined) byClaim.set(key, { settlement, count: countOf(settlement), places: [place] })
    else if (before.settlement.kind === 'keep') {
      byClaim.set(key, { settlement, count: { ...before.count, ...countOf(settlement) }, places: [...before.places, place] })
    }
  })
  return [...byClaim.values()]
}

/** Only what is said: what is unsaid stays as it was. */
function countOf(settlement: Settlement): Partial<FailureCount> {
  if (!('attempts' in settlement)) return {}
  const { attempts, connectionLosses, failures } = settlement
  return { attempts, ...(connectionLosses !== undefined && { connectionLosses }), ...(failures !== undefined && { failures }) }
}
