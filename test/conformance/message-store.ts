import { describe } from 'vitest'
import type { MessageStoreHarness } from './harness.ts'
import { claiming } from './message-store/claiming.ts'
import { counting } from './message-store/counting.ts'
import { deadLetterQueries } from './message-store/dead-letter-queries.ts'
import { deadLettering } from './message-store/dead-lettering.ts'
import { deduplicating } from './message-store/deduplicating.ts'
import { enlisting } from './message-store/enlisting.ts'
import { failing } from './message-store/failing.ts'
import { handlingOnce } from './message-store/handling-once.ts'
import { inserting } from './message-store/inserting.ts'
import { joining } from './message-store/joining.ts'
import { lanes } from './message-store/lanes.ts'
import { lifecycle } from './message-store/lifecycle.ts'
import { nodes } from './message-store/nodes.ts'
import { operating } from './message-store/operating.ts'
import { outgoing } from './message-store/outgoing.ts'
import { parking } from './message-store/parking.ts'
import { recurring } from './message-store/recurring.ts'
import { pausing } from './message-store/pausing.ts'
import { scheduling } from './message-store/scheduling.ts'
import { settling } from './message-store/settling.ts'
import { takingOver } from './message-store/taking-over.ts'
import { traits } from './message-store/traits.ts'
import { unrouted } from './message-store/unrouted.ts'
import { wakingUp } from './message-store/waking-up.ts'

/** Every sentence of `runtime/contracts/message-store.ts`, for any store. */
export function messageStoreConformance(name: string, harness: MessageStoreHarness): void {
  describe(`${name} keeps the contract of a message store`, () => {
    lifecycle(harness)
    inserting(harness)
    deduplicating(harness)
    claiming(harness)
    lanes(harness)
    settling(harness)
    failing(harness)
    joining(harness)
    enlisting(harness)
    handlingOnce(harness)
    scheduling(harness)
    recurring(harness)
    pausing(harness)
    parking(harness)
    outgoing(harness)
    deadLettering(harness)
    deadLetterQueries(harness)
    operating(harness)
    counting(harness)
    nodes(harness)
    takingOver(harness)
    unrouted(harness)
    wakingUp(harness)
    traits(harness)
  })
}
