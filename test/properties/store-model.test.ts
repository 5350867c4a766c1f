import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultRules } from '../../runtime/contracts/endpoint-rules.ts'
import type { ClaimedMessage, Claim, MessageStore, Settlement, StoreRules } from '../../runtime/contracts/message-store.ts'
import { InMemoryRows } from '../../runtime/stores/in-memory/in-memory-rows.ts'
import { inMemoryStoreOver } from '../../runtime/stores/in-memory/in-memory-message-store.ts'
import { comparable, message, quiet } from '../conformance/message-store/scene.ts'
import { postgresPlace, type PostgresPlace } from '../stores/postgres-harness.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

/**
 * Random commands to the in-memory store and to PostgreSQL: every answer must be the same. The
 * in-memory store is short enough to be read; this is what makes it the reference.
 */
let database: TemporaryDatabase
beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(() => database.drop())

const endpoints = ['local://a', 'local://b']
const ids = Array.from({ length: 12 }, (_, at) => `00000000-0000-7000-8000-0000000000${(at + 16).toString(16)}`)
const nodeIds = Array.from({ length: 3 }, (_, at) => `00000000-0000-7000-9000-00000000000${at}`)
const types = ['A', 'B']
/** One endpoint holds a lane for its dead letters, and one type is known. */
const modelRules: StoreRules = {
  endpoints: new Map([['local://b', { ...defaultRules, onDeadLetter: 'block' }]]),
  handles: [{ messageType: 'A', messageVersion: 1 }],
}

const at = fc.constantFrom(...endpoints)
const id = fc.constantFrom(...ids)
const node = fc.constantFrom(...nodeIds)
const newMessage = fc.record({
  id,
  endpoint: at,
  type: fc.constantFrom(...types),
  lane: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
  owner: fc.option(node, { nil: undefined, freq: 4 }),
  // Odd steps: nothing is due at the very instant that the clock reaches.
  dueIn: fc.option(fc.integer({ min: -2, max: 6 }).map((step) => step * 1_000 + 7), { nil: undefined, freq: 4 }),
})
const kind = fc.constantFrom('complete', 'retry', 'keep', 'release', 'discard', 'park', 'dead-letter')

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('insert'), messages: fc.array(newMessage, { maxLength: 4 }), mayExist: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim'), owner: node, endpoint: at, limit: fc.integer({ min: 0, max: 4 }), parked: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      // Which of the claims ever made: old ones are as likely as those that are held.
      settlements: fc.array(
        fc.record({
          // Of one claim, one after the other.
          kinds: fc.array(kind, { minLength: 1, maxLength: 3 }),
          claim: fc.nat(),
          sends: fc.array(newMessage, { maxLength: 2 }),
          delay: fc.nat({ max: 4 }),
        }),
        { maxLength: 4 },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance'), steps: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('releaseDue') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reschedule'), id, dueIn: fc.integer({ min: -2, max: 6 }).map((step) => step * 1_000 + 7) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('listScheduled'),
      limit: fc.integer({ min: 1, max: 3 }),
      endpoint: fc.option(at, { nil: undefined }),
      from: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expireParked') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replay'), id, endpoint: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('discardDead'), id, endpoint: at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('register'), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('beat'), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('takeOver'), node, limit: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('orphans') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave'), node }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never
type Made = typeof newMessage extends fc.Arbitrary<infer T> ? T : never

describe('the model of a message store', () => {
  it('agrees with PostgreSQL on random commands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 60 }), async (commands) => {
        const place = postgresPlace(database)
        const clock = new ManualClock()
        const model = new Player(inMemoryStoreOver(new InMemoryRows(), { dedupWindow: '10s' }), clock)
        const real = new Player(storeAt(place, clock), clock)
        try {
          await model.open()
          await real.open()
          for (const [step, one] of commands.entries()) {
            if (one.do === 'advance') await clock.advance(one.steps * 1_000)
            else expect(await real.play(one), `step ${step}: ${JSON.stringify(one)}`).toEqual(await model.play(one))
          }
        } finally {
          await model.close()
          await real.close()
          await place.drop()
        }
      }),
      { numRuns: Number(process.env['JASPER_TEST_MODEL_RUNS'] ?? 40), interruptAfterTimeLimit: 40_000 },
    )
  }, 120_000)
})

function storeAt(place: PostgresPlace, clock: ManualClock): MessageStore {
  return place.store({ clock, dedupWindow: '10s' })
}

/** Plays commands to one store and answers with what can be compared. */
class Player {
  readonly #store: MessageStore
  readonly #clock: ManualClock
  readonly #claims: Claim[] = []

  constructor(store: MessageStore, clock: ManualClock) {
    this.#store = store
    this.#clock = clock
  }

  async open(): Promise<void> {
    await this.#store.open({ appName: 'model', clock: this.#clock, log: quiet, rules: modelRules })
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async play(one: Exclude<Command, { do: 'advance' }>): Promise<unknown> {
    const { incoming, deadLetters } = this.#store
    const answer = await this.#perform(one)
    return {
      answer,
      counts: await incoming.counts(),
      dead: (await deadLetters.list({ limit: 100 })).map((letter) => ({ ...letter, envelope: comparable(letter.envelope), cursor: '' })),
      owned: await Promise.all(nodeIds.map(async (owner) => (await incoming.ownedBy(owner)).map(({ id: held, endpoint }) => `${held} ${endpoint}`).sort())),
      held: await Promise.all(this.#claims.slice(-10).map((claim) => incoming.holds(claim))),
      claimable: one.do === 'beat' ? await this.#claimable(one.node) : undefined,
    }
  }

  async #claimable(node: string): Promise<unknown> {
    const { claimable, parked } = await this.#store.nodes.beat(node, endpoints)
    return { claimable, parked: [...parked].sort() }
  }

  async #perform(one: Exclude<Command, { do: 'advance' }>): Promise<unknown> {
    const { incoming, scheduled, deadLetters, nodes } = this.#store
    switch (one.do) {
      case 'insert':
        return await incoming.insert(one.messages.map((made) => this.#message(made)), { mayExist: one.mayExist })
      case 'claim':
        return this.#noted(await incoming.claim(one))
      case 'settle':
        return await incoming.settle(
          one.settlements.flatMap(({ kinds, delay, ...settlement }) =>
            kinds.flatMap((made, at) => this.#settlement({ ...settlement, kind: made, delay: delay + at })),
          ),
        )
      case 'releaseDue': {
        const report = await incoming.releaseDue(100)
        return { ...report, endpoints: [...report.endpoints].sort() }
      }
      case 'cancel':
        return await scheduled.cancel(one.id)
      case 'reschedule':
        return await scheduled.reschedule(one.id, this.#inMs(one.dueIn))
      case 'listScheduled':
        return await this.#listed(one)
      case 'expireParked':
        return await incoming.expireParked(3_500, 1_000)
      case 'forget':
        return await incoming.forgetCompleted(100)
      case 'replay':
        return await deadLetters.replay([one])
      case 'discardDead':
        return await deadLetters.discard([one])
      case 'register':
        return await nodes.register({ id: one.node, host: 'h', pid: 1 })
      case 'beat': {
        const { alive, others, nextDueInMs } = await nodes.beat(one.node, [])
        return { alive, nextDueInMs, others: others.map((other) => ({ ...other, beatAgeMs: 0 })).sort((a, b) => (a.id < b.id ? -1 : 1)) }
      }
      case 'takeOver': {
        const report = await nodes.takeOver(one.node, one.limit)
        return { ...report, endpoints: [...report.endpoints].sort() }
      }
      case 'orphans':
        return [...(await nodes.releaseOrphans(100))].sort()
      case 'leave':
        return await nodes.leave(one.node)
    }
  }

  #inMs(ms: number): Date {
    return new Date(this.#clock.now().getTime() + ms)
  }

  /** All pages. */
  async #listed({ limit, endpoint, from }: Extract<Command, { do: 'listScheduled' }>): Promise<unknown> {
    const since = from === undefined ? {} : { from: this.#inMs(from * 1_000) }
    const query = { limit, ...(endpoint === undefined ? {} : { endpoint }), ...since }
    const shown: unknown[] = []
    for (let after: string | undefined; ; ) {
      const { messages, next } = await this.#store.scheduled.list(after === undefined ? query : { ...query, after })
      shown.push(...messages.map((one) => ({ ...one, envelope: comparable(one.envelope) })))
      if (next === undefined) return shown
      after = next
    }
  }

  #message({ id: messageId, endpoint, type, lane, owner, dueIn }: Made) {
    const now = this.#clock.now().getTime()
    const made = message({
      id: messageId,
      destination: endpoint,
      messageType: type,
      conversationId: messageId,
      scheduledFor: dueIn === undefined ? undefined : new Date(now + dueIn),
    })
    return { ...made, lane, owner }
  }

  #noted(claimed: readonly ClaimedMessage[]): unknown {
    this.#claims.push(...claimed.map(({ claim }) => claim))
    return claimed.map(({ claim, envelope, lane }) => ({ claim, envelope: comparable(envelope), lane }))
  }

  #settlement(given: { kind: string; claim: number; sends: readonly Made[]; delay: number }): Settlement[] {
    const claim = this.#claims[given.claim % Math.max(this.#claims.length, 1)]
    if (claim === undefined) return []
    const failure = { number: given.delay, at: this.#clock.now(), type: 'E', message: 'm', node: nodeIds[0]! }
    const count = { attempts: given.delay, ...(given.delay > 1 && { connectionLosses: given.delay, failures: [failure] }) }
    switch (given.kind) {
      case 'complete':
        return [{ kind: 'complete', claim, sends: given.sends.map((made) => this.#message(made)) }]
      case 'retry':
        return [{ kind: 'retry', claim, delayMs: given.delay === 0 ? 0 : given.delay * 1_000 + 3, toEnd: given.delay % 2 === 0, ...count }]
      case 'keep':
        return [{ kind: 'keep', claim, ...count }]
      case 'park':
        return [{ kind: 'park', claim, reason: 'unknown' }]
      case 'dead-letter':
        return [{ kind: 'dead-letter', claim, ...count, error: { type: 'E', message: 'm', stack: undefined } }]
      case 'release':
        return [{ kind: 'release', claim }]
      default:
        return [{ kind: 'discard', claim }]
    }
  }
}
