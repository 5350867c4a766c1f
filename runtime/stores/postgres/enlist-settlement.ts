import type { Claim, EnlistedStatement, NewMessage } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { storedBy } from './insert-messages.ts'
import { sql, verbatim } from './sql.ts'
import type { StoreContext } from './store-context.ts'

/**
 * The last statement of a handler's transaction: completes its message and stores what it sent.
 *
 * It answers with one row, `claim`, `held` or `lost`. Where nothing is settled and nothing sent it
 * is still worth its round trip: in a transaction that a swallowed error has aborted it fails, where
 * COMMIT would answer ROLLBACK without an error.
 */
export function enlistSettlement(context: StoreContext, claim: Claim | undefined, sends: readonly NewMessage[]): EnlistedStatement {
  const ctes = claim === undefined ? [] : completing(context, claim)
  ctes.push(...storedBy(context, sends.map((message) => ({ message, parent: 0 })), claim && 'settled'))
  const claimed = claim === undefined ? verbatim(`'held'`) : verbatim(`case when exists (select from settled) then 'held' else 'lost' end`)
  const all = ctes.reduce((list, cte, at) => (at === 0 ? sql`with ${cte}` : sql`${list}, ${cte}`), verbatim(''))
  return {
    statement: sql`${all} select ${claimed}::text as claim`,
    verify({ rows }) {
      if (rows[0]?.['claim'] !== 'held') throw lost(claim)
    },
    last: {
      statement: claim === undefined ? sql`${all} select 'held'::text as claim` : sql`${all} select ${heldOrError}`,
      explain: (error) => (isLost(error) ? lost(claim) : error),
    },
  }
}

const lostWord = 'JASPER_CLAIM_LOST'

/** Casts a word to a number when the claim is lost: with an error the transaction cannot commit. */
const heldOrError = verbatim(`case when exists (select from settled) then 1 else ('${lostWord}' || (select count(*) from settled))::int end as claim`)

function isLost(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  return code === '22P02' && typeof message === 'string' && message.includes(lostWord)
}

function lost(claim: Claim | undefined): JasperError {
  return new JasperError(
    'JASPER_CLAIM_LOST',
    `Message ${claim?.id ?? ''} at ${claim?.endpoint ?? ''} was taken over by another node while it was handled. ` +
      'The transaction must roll back; the other node handles the message.',
  )
}

function completing(context: StoreContext, claim: Claim): SqlStatement[] {
  const { tables } = context
  return [
    sql`settled as (
      delete from ${tables.incoming} where id = ${claim.id}::uuid and endpoint = ${claim.endpoint}::text
        and owner is not distinct from ${claim.owner}::uuid and epoch = ${claim.epoch}::int
      returning 0 as n, id, endpoint
    )`,
    sql`known as (
      insert into ${tables.completed} (id, endpoint, forget_at) select id, endpoint, ${context.forgetAt('endpoint')} from settled
      on conflict (id, endpoint) do update set forget_at = excluded.forget_at
    )`,
  ]
}
