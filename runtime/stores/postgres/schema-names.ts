import type { SqlStatement } from '../../contracts/statement.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { verbatim } from './sql.ts'

/** The tables of one schema, quoted and qualified. */
export interface Tables {
  readonly schema: string
  readonly incoming: SqlStatement
  readonly outgoing: SqlStatement
  readonly unrouted: SqlStatement
  readonly completed: SqlStatement
  readonly deadLetters: SqlStatement
  readonly nodes: SqlStatement
  readonly recurring: SqlStatement
  readonly recurringRules: SqlStatement
  readonly pauses: SqlStatement
  readonly application: SqlStatement
  readonly migrations: SqlStatement
}

/** The two tables that messages wait in. They have the same columns, and the same statements work on both. */
export type Queue = 'incoming' | 'outgoing'

/** The tables that hold messages, or remember them: what `clear` empties. */
export function messageTables({ incoming, outgoing, unrouted, completed, deadLetters }: Tables): readonly SqlStatement[] {
  return [incoming, outgoing, unrouted, completed, deadLetters]
}

export const queues: readonly Queue[] = ['incoming', 'outgoing']

/** The longest name that PostgreSQL keeps whole, in bytes. */
const longestName = 63

/**
 * Throws `JASPER_BAD_OPTION` unless `schema` is a lower-case identifier of at most 63 bytes that is
 * not one of PostgreSQL's own.
 */
export function checkSchemaName(schema: string): void {
  const allowed = typeof schema === 'string' && /^[a-z_][a-z0-9_]*$/.test(schema)
  if (allowed && schema.length <= longestName && !schema.startsWith('pg_') && schema !== 'information_schema') return
  throw new JasperError(
    'JASPER_BAD_OPTION',
    `postgres({ schema }) is ${JSON.stringify(schema)}. Give a name of a-z, 0-9 and _ that begins with a letter or _, ` +
      `has at most ${longestName} characters and does not begin with pg_.`,
  )
}

/** `schema` has passed `checkSchemaName`, so it needs no escaping within its quotes. */
export function tablesOf(schema: string): Tables {
  const table = (name: string): SqlStatement => verbatim(`"${schema}".${name}`)
  return {
    schema,
    incoming: table('incoming'),
    outgoing: table('outgoing'),
    unrouted: table('unrouted'),
    completed: table('completed'),
    deadLetters: table('dead_letters'),
    nodes: table('nodes'),
    recurring: table('recurring'),
    recurringRules: table('recurring_rules'),
    pauses: table('pauses'),
    application: table('application'),
    migrations: table('migrations'),
  }
}
