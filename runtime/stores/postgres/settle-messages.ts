import type { Claim, Settlement, SettlementOutcome, StoredError } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { foldSettlements, type FoldedSettlement } from './fold-settlements.ts'
import { storedBy } from './insert-messages.ts'
import { encodeFailures, storable } from './message-rows.ts'
import type { OwnPool } from './own-pool.ts'
import { deadLetterColumns, lastDeathCounts } from './dead-letters.ts'
import { nextPlace } from './scheduled-messages.ts'
import { join, sql, verbatim } from './sql.ts'
import type { QueueContext } from './store-context.ts'

type Numbered = FoldedSettlement & { readonly n: number }

/**
 * Settles any number of claims in one statement, so that they hold all together or, where the
 * statement fails, not at all. Each kind that occurs is a CTE of its own that returns the numbers
 * (`n`) of the settlements that took effect.
 */
export async function settleMessages(
  context: QueueContext,
  pool: OwnPool,
  settlements: readonly Settlement[],
): Promise<readonly SettlementOutcome[]> {
  const folded = foldSettlements(settlements)
  if (folded.length === 0) return []
  const kinds = new Map<Settlement['kind'], Numbered[]>()
  folded.forEach((one, n) => {
    const { kind } = one.settlement
    if (!kinds.has(kind)) kinds.set(kind, [])
    kinds.get(kind)!.push({ ...one, n })
  })
  const parts = [...kinds].map(([kind, numbered]) => spell[kind](context, numbered))
  const rows = await pool.run(sql`
    with ${join(parts.map((part) => part.ctes), ', ')}
    ${join(parts.map((part) => sql`select n from ${verbatim(part.settled)}`), ' union all ')}`)
  const outcomes = new Array<SettlementOutcome>(settlements.length).fill('lost')
  for (const { n } of rows) for (const place of folded[n as number]!.places) outcomes[place] = 'settled'
  return outcomes
}

interface Spelled {
  readonly ctes: SqlStatement
  /** The CTE with the numbers of the settlements that took effect. */
  readonly settled: string
}

const spell: { readonly [Kind in Settlement['kind']]: (context: QueueContext, numbered: readonly Numbered[]) => Spelled } = {
  complete(context, numbered) {
    const messages = numbered.flatMap(({ settlement, n }) =>
      settlement.kind === 'complete' ? settlement.sends.map((message) => ({ message, parent: n })) : [],
    )
    const completed = sql`completed_given as (${given(numbered)}), completed as (
        delete from ${tableOf(context)} i using completed_given g where ${held} returning g.n, i.id, i.endpoint
      )${remember(context, 'completed')}`
    return { ctes: join([completed, ...storedBy(context, messages, 'completed')], ', '), settled: 'completed' }
  },

  discard: (context, numbered) => ({
    ctes: sql`discarded_given as (${given(numbered)}), discarded as (
        delete from ${tableOf(context)} i using discarded_given g where ${held} returning g.n, i.id, i.endpoint
      )${remember(context, 'discarded')}`,
    settled: 'discarded',
  }),

  release: (context, numbered) => ({
    ctes: sql`released_given as (${given(numbered)}), released as (
        update ${tableOf(context)} i set owner = null, ${counted} from released_given g where ${held} returning g.n
      )`,
    settled: 'released',
  }),

  retry: (context, numbered) => ({
    ctes: sql`retried_given as (
        select g.*, case when g.to_end then ${nextPlace(context)} end as last_seq
        from (${given(numbered)}) g order by g.n
      ), retried as (
        update ${tableOf(context)} i set owner = null, ${counted},
          seq = case when i.lane is null then coalesce(g.last_seq, i.seq) else i.seq end,
          status = case when g.delay > 0 then 'delayed' else 'ready' end,
          due_at = case when g.delay > 0 then ${context.now()} + g.delay * interval '1 millisecond' end
        from retried_given g where ${held} returning g.n
      )`,
    settled: 'retried',
  }),

  keep: (context, numbered) => ({
    ctes: sql`kept_given as (${given(numbered)}), kept as (
        update ${tableOf(context)} i set ${counted} from kept_given g where ${held} returning g.n
      )`,
    settled: 'kept',
  }),

  park: (context, numbered) => ({
    ctes: sql`parked_given as (${given(numbered)}), parked as (
        update ${tableOf(context)} i set owner = null, ${counted}, status = 'parked',
          parked_at = ${context.now()}, parked_reason = g.reason
        from parked_given g where ${held} returning g.n
      )`,
    settled: 'parked',
  }),

  'dead-letter': (context, numbered) => ({
    ctes: sql`dead_given as (${given(numbered)}), dead as (
        delete from ${tableOf(context)} i using dead_given g where ${held}
        returning g.n, i.*, g.attempts as failed, coalesce(g.losses, i.connection_losses) as lost,
          coalesce(g.failures::json, i.failures) as history, g.error_type, g.error_message, g.error_stack
      ), dead_kept as (
        insert into ${context.tables.deadLetters} as d (${deadLetterColumns})
        select id, endpoint, seq, epoch, lane, failed, message_type, message_version, content_type, body, sent_at,
          deliver_by, ordering_key, headers, lost, history, error_type, error_message, error_stack, ${context.now()},
          ${verbatim(String(context.queue === 'outgoing'))}
        from dead order by n
        ${lastDeathCounts}
      )`,
    settled: 'dead',
  }),
}

/**
 * The claim is the right to settle: it must be held at the instant of the change.
 *
 * The owner is compared in a way that no index serves. The row is found by its key; the index of
 * owners holds all that this owner has ever settled since the last vacuum.
 */
const held = verbatim('i.id = g.id and i.endpoint = g.endpoint and i.owner is not distinct from g.owner and i.epoch = g.epoch')

/** What attempts that failed leave with their message; a release alone leaves nothing. */
const counted = verbatim(
  'attempts = coalesce(g.attempts, i.attempts), connection_losses = coalesce(g.losses, i.connection_losses), failures = coalesce(g.failures::json, i.failures)',
)

const tableOf = ({ tables, queue }: QueueContext): SqlStatement => tables[queue]

/** What was sent is not remembered: it may be sent again, and whoever receives it knows it. */
function remember(context: QueueContext, settled: string): SqlStatement {
  const { tables, queue } = context
  if (queue === 'outgoing') return verbatim('')
  return sql`, ${verbatim(settled)}_known as (
        insert into ${tables.completed} (id, endpoint, forget_at)
        select id, endpoint, ${context.forgetAt('endpoint')} from ${verbatim(settled)}
        on conflict (id, endpoint) do update set forget_at = excluded.forget_at
      )`
}

/** Delays beyond a century make no difference, and would leave the range of a timestamp. */
const longestDelay = 100 * 365 * 24 * 3_600_000

function given(numbered: readonly Numbered[]): SqlStatement {
  const rows = numbered.map(({ settlement, count: { attempts, connectionLosses, failures }, n }) => {
    const counts = { attempts, losses: connectionLosses, failures: failures && encodeFailures(failures) }
    return { n, ...claimOf(settlement.claim), ...counts, ...detailsOf(settlement) }
  })
  return sql`select * from json_to_recordset(${JSON.stringify(rows)}::json) as r(n int, id uuid, endpoint text, owner uuid,
    epoch int, attempts int, losses int, failures text, delay float8, to_end boolean, reason text, error_type text, error_message text, error_stack text)`
}

function claimOf({ id, endpoint, owner, epoch }: Claim): Claim {
  return { id, endpoint, owner, epoch }
}

function detailsOf(settlement: Settlement): Readonly<Record<string, unknown>> {
  switch (settlement.kind) {
    case 'retry':
      return { delay: Math.min(settlement.delayMs, longestDelay), to_end: settlement.toEnd }
    case 'park':
      return { reason: storable(settlement.reason) }
    case 'dead-letter':
      return errorOf(settlement.error)
    case 'complete':
    case 'discard':
    case 'keep':
    case 'release':
      return {}
  }
}

function errorOf({ type, message, stack }: StoredError): Readonly<Record<string, unknown>> {
  return {
    error_type: storable(type),
    error_message: storable(message),
    error_stack: stack === undefined ? undefined : storable(stack),
  }
}
