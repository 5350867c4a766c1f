import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { defaultRules, type EndpointRules } from '../../../runtime/contracts/endpoint-rules.ts'
import type { Logger } from '../../../runtime/contracts/logger.ts'
import type { Claim, ClaimedMessage, MessageStore, NewMessage, Settlement, StoreRules } from '../../../runtime/contracts/message-store.ts'
import type { Envelope, FailedAttempt } from '../../../runtime/envelope/envelope.ts'
import { newEnvelopeId } from '../../../runtime/envelope/envelope-id.ts'
import type { MessageStoreHarness, MessageStorePlace } from '../harness.ts'

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** One test's place, its stores, and short words for what tests do with them. */
export class Scene {
  readonly place: MessageStorePlace
  readonly #stores: MessageStore[] = []

  constructor(place: MessageStorePlace) {
    this.place = place
  }

  /** An open store, as another process would have. */
  async process(appName = 'conformance', rules?: StoreRules): Promise<MessageStore> {
    const store = this.unopened()
    await store.open({ appName, clock: this.place.clock, log: quiet, ...(rules && { rules }) })
    return store
  }

  unopened(): MessageStore {
    const store = this.place.store()
    this.#stores.push(store)
    return store
  }

  /** Registers a node and resolves with its id. */
  async node(store: MessageStore): Promise<string> {
    const id = uuid()
    await store.nodes.register({ id, host: 'test', pid: 1 })
    return id
  }

  async end(): Promise<void> {
    for (const store of this.#stores) await store.close()
    await this.place.drop()
  }
}

/** Declares tests that each get a place of their own and one open store. */
export function sceneTests(harness: MessageStoreHarness) {
  return (sentence: string, body: (scene: Scene, store: MessageStore) => Promise<void>, timeoutMs?: number): void => {
    it(sentence, async () => {
      const scene = new Scene(await harness.fresh())
      try {
        await body(scene, await scene.process())
      } finally {
        await scene.end()
      }
    }, timeoutMs)
  }
}

export function uuid(): string {
  return newEnvelopeId(new Date().getTime())
}

export const endpoint = 'local://orders'

export function envelope(over: Partial<Envelope> = {}): Envelope {
  return {
    id: uuid(),
    messageType: 'PlaceOrder',
    messageVersion: 1,
    contentType: 'application/json',
    body: new TextEncoder().encode('{"order":1}'),
    destination: endpoint,
    correlationId: 'correlation',
    conversationId: randomUUID(),
    causationId: undefined,
    replyTo: undefined,
    replyRequested: undefined,
    sagaId: undefined,
    tenantId: undefined,
    traceparent: undefined,
    tracestate: undefined,
    sentAt: new Date('2026-01-01T10:20:30.456Z'),
    deliverBy: undefined,
    scheduledFor: undefined,
    topic: undefined,
    orderingKey: undefined,
    attempts: 0,
    connectionLosses: 0,
    failures: [],
    headers: {},
    ...over,
  }
}

export function message(over: Partial<Envelope> = {}, { owner, lane }: { owner?: string; lane?: string } = {}): NewMessage {
  return { envelope: envelope(over), owner, lane }
}

/** So many messages, in one lane if it is named. */
export function messages(count: number, lane?: string): NewMessage[] {
  return Array.from({ length: count }, () => message({}, lane === undefined ? {} : { lane }))
}

export async function insert(store: MessageStore, ...list: readonly NewMessage[]): Promise<void> {
  await store.incoming.insert(list, { mayExist: true })
}

export async function claim(store: MessageStore, owner: string, limit = 100, at = endpoint): Promise<readonly ClaimedMessage[]> {
  return await store.incoming.claim({ owner, endpoint: at, limit })
}

export function idsOf(list: readonly { readonly envelope: Envelope }[]): string[] {
  return list.map(({ envelope: { id } }) => id)
}

export function complete(held: Claim, ...sends: NewMessage[]): Settlement {
  return { kind: 'complete', claim: held, sends }
}

/** A history of so many failed attempts. */
export function failures(count: number, over: Partial<FailedAttempt> = {}): readonly FailedAttempt[] {
  return Array.from({ length: count }, (_, at) => ({
    number: at + 1,
    at: new Date(`2026-01-01T10:20:${30 + at}.456Z`),
    type: 'PaymentTimeout',
    message: `no answer ${at}`,
    node: uuid(),
    ...over,
  }))
}

export function deadLetter(held: Claim, attempts = 4): Settlement {
  return { kind: 'dead-letter', claim: held, attempts, error: { type: 'Error', message: 'it broke', stack: 'at line 1' } }
}

/** Claims what there is, and expects it to be one message. */
export async function claimOne(store: MessageStore, owner: string): Promise<ClaimedMessage> {
  const claimed = await claim(store, owner)
  expect(claimed).toHaveLength(1)
  return claimed[0]!
}

/** The envelope with its body as text, so that kinds of byte arrays compare. */
export function comparable(value: Envelope): object {
  return { ...value, body: Buffer.from(value.body).toString('base64') }
}

export async function countsAt(store: MessageStore, at = endpoint) {
  const found = (await store.incoming.counts()).find((counts) => counts.endpoint === at)
  return found ?? { endpoint: at, ready: 0, blocked: 0, claimed: 0, scheduled: 0, parked: 0, deadLettered: 0 }
}

/** The rules of a process that handles these types, and has set this for the endpoint of the tests. */
export function rules(handles: readonly (readonly [string, number])[], at: Partial<EndpointRules> = {}): StoreRules {
  return {
    endpoints: new Map([[endpoint, { ...defaultRules, ...at }]]),
    handles: handles.map(([messageType, messageVersion]) => ({ messageType, messageVersion })),
  }
}

/** Claims what there is, parked messages too. */
export async function claimParked(store: MessageStore, owner: string, limit = 100): Promise<readonly ClaimedMessage[]> {
  return await store.incoming.claim({ owner, endpoint, limit, parked: true })
}
