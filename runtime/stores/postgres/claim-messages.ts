import type { ClaimedMessage, ClaimRequest } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { claimableHeads } from './lane-heads.ts'
import { decodeEnvelope, envelopeColumns } from './message-rows.ts'
import type { OwnPool, Row } from './own-pool.ts'
import { claimableParked } from './parked-messages.ts'
import { isOpen } from './pauses.ts'
import { sql, verbatim } from './sql.ts'
import type { QueueContext } from './store-context.ts'

/** How often a lane that another node took at the same instant sends us back to look again. */
const tries = 5
/** How many lanes one statement walks at the most, and how many statements one claim may take for it. */
const lanesWalked = 1_000
const walks = 3

/**
 * Claims messages in one statement.
 *
 * Two nodes may see the same free lane and lock different messages of it. The unique index on held
 * lanes lets one of them through; the other is refused as a whole and looks again.
 */
export class ClaimMessages {
  readonly #context: QueueContext
  readonly #pool: () => OwnPool
  /** Where to go on in an endpoint that has more lanes than one claim looks at. */
  readonly #resumeAt = new Map<string, string>()

  constructor(context: QueueContext, pool: () => OwnPool) {
    this.#context = context
    this.#pool = pool
  }

  /** Comes back short only when it has looked at all there is, or at so many lanes that the next beat may go on. */
  async claim(request: ClaimRequest): Promise<readonly ClaimedMessage[]> {
    const claimed: ClaimedMessage[] = []
    for (let walk = 0; walk < walks && claimed.length < request.limit; walk++) {
      const resumedAt = this.#resumeAt.get(request.endpoint) ?? ''
      claimed.push(...(await this.#claim({ ...request, limit: request.limit - claimed.length }, resumedAt)))
      if (resumedAt === '' && !this.#resumeAt.has(request.endpoint)) break
    }
    return claimed
  }

  async #claim(request: ClaimRequest, resumeAt: string): Promise<readonly ClaimedMessage[]> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const rows = await this.#pool().runUnlessDuplicate(claimStatement(this.#context, request, resumeAt))
      if (rows === undefined) continue
      const goOn = rows[0]?.['resume_at']
      if (typeof goOn === 'string') this.#resumeAt.set(request.endpoint, goOn)
      else this.#resumeAt.delete(request.endpoint)
      return rows.filter((row) => row['id'] !== null).map((row) => claimedMessage(row, request))
    }
    return []
  }
}

function claimedMessage(row: Row, { endpoint, owner }: ClaimRequest): ClaimedMessage {
  return {
    claim: { id: row['id'] as string, endpoint, owner, epoch: row['epoch'] as number },
    envelope: decodeEnvelope(row),
    lane: (row['lane'] as string | null) ?? undefined,
  }
}

/** Exported for the test that reads its plan. */
export function claimStatement(context: QueueContext, request: ClaimRequest, resumeAt: string): SqlStatement {
  const { owner, endpoint, limit, parked = false } = request
  const table = context.tables[context.queue]
  const at = sql`${endpoint}::text`
  const deadLettersBlock = verbatim(context.queue === 'incoming' && context.rulesOf(endpoint).onDeadLetter === 'block' ? 'true' : 'false')
  const heads = claimableHeads(context, at, { limit, window: Math.max(200, limit * 4), lanes: lanesWalked, resumeAt, deadLettersBlock })
  const setAside = parked ? sql`, ${claimableParked(context, at, { limit, deadLettersBlock })}` : verbatim('')
  const all = verbatim(['free', 'held_heads', ...(parked ? ['held_parked'] : [])].map((name) => `table ${name}`).join(' union all '))
  return sql`
    with recursive free as (
      select id, seq from ${table}
      where endpoint = ${at} and status = 'ready' and owner is null and lane is null
      order by seq limit ${limit}::int for update skip locked
    ), ${heads}, held_heads as (
      select i.id, i.seq from ${table} i join heads h on h.id = i.id
      where i.endpoint = ${at} and i.status = 'ready' and i.owner is null
      order by i.seq limit ${limit}::int for update of i skip locked
    )${setAside}, chosen as (
      select id from (${all}) c where ${context.queue === 'incoming' ? isOpen(context, at) : sql`true`} order by seq limit ${limit}::int
    ), taken as (
      update ${table} i set owner = ${owner}::uuid, epoch = i.epoch + 1${parked ? verbatim(`, status = 'ready', parked_at = null, parked_reason = null`) : verbatim('')}
      from chosen c where i.id = c.id and i.endpoint = ${at}
      returning i.*
    )
    select (
        select w.lane from walk w where w.step >= ${lanesWalked}::int or w.found >= ${limit}::int order by w.step desc limit 1
      ) as resume_at, t.epoch, t.lane, ${envelopeColumns('t')}
    from (select) always left join taken t on true
    order by t.seq`
}
