import { describe } from 'vitest'
import type { MessageStore } from '../../runtime/contracts/message-store.ts'
import type { TransportHarness } from './transport-harness.ts'
import { betweenApps } from './transport/between-apps.ts'
import { inEachMode } from './transport/in-each-mode.ts'
import { receiving } from './transport/receiving.ts'
import { replying } from './transport/replying.ts'
import { requesting } from './transport/requesting.ts'
import { sending } from './transport/sending.ts'

/** Every sentence of `runtime/contracts/transport.ts`, and what apps make of it, for any transport and any store. */
export function transportConformance(name: string, harness: TransportHarness, store: () => MessageStore): void {
  describe(`${name} keeps the contract of a transport`, () => {
    sending(harness)
    receiving(harness)
    replying(harness)
  })
  describe(`apps over ${name}`, () => {
    betweenApps(harness, store)
    inEachMode(harness, store)
    requesting(harness, store)
  })
}
