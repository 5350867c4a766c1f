import { JasperError } from '../../errors/jasper-error.ts'
import { envelopes } from './migrations/0001-envelopes.ts'
import { failures } from './migrations/0002-failures.ts'
import { outgoing } from './migrations/0003-outgoing.ts'
import { deadLetterQueries } from './migrations/0004-dead-letter-queries.ts'
import { scheduledMessages } from './migrations/0005-scheduled-messages.ts'
import { unrouted } from './migrations/0006-unrouted.ts'
import { lanes } from './migrations/0007-lanes.ts'
import { recurringMessages } from './migrations/0008-recurring-messages.ts'
import { pauses } from './migrations/0009-pauses.ts'
import { dedupWindows } from './migrations/0010-dedup-windows.ts'
import { checkSchemaName } from './schema-names.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  /**
   * The lowest version that a running runtime may have been made for and go on working when this is
   * applied: one less than `version`, so that a deploy can roll. Only where that cannot be is it
   * `version` itself; then all processes of the version before must have ended.
   */
  readonly worksFrom: number
  readonly text: (schema: string) => string
}

/** In order, without gaps. A published one is never edited: what is to change becomes another. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'envelopes', worksFrom: 1, text: envelopes },
  { version: 2, name: 'failures', worksFrom: 1, text: failures },
  { version: 3, name: 'outgoing', worksFrom: 2, text: outgoing },
  { version: 4, name: 'dead letter queries', worksFrom: 3, text: deadLetterQueries },
  { version: 5, name: 'scheduled messages', worksFrom: 4, text: scheduledMessages },
  { version: 6, name: 'unrouted', worksFrom: 5, text: unrouted },
  { version: 7, name: 'lanes', worksFrom: 6, text: lanes },
  { version: 8, name: 'recurring messages', worksFrom: 7, text: recurringMessages },
  { version: 9, name: 'pauses', worksFrom: 8, text: pauses },
  { version: 10, name: 'dedup windows', worksFrom: 9, text: dedupWindows },
]

/** The table of applied versions, and the schema around it. */
export const foundation = (schema: string): string => `
create schema if not exists "${schema}";
create table if not exists "${schema}".migrations (
  version    integer primary key,
  name       text not null,
  works_from integer not null,  -- a runtime made for this version or a later one goes on working
  applied_at timestamptz not null default now()
);
`

/** The statement that notes a migration as applied. All of it comes from the list above. */
export function applied(schema: string, { version, name, worksFrom }: Migration): string {
  return `insert into "${schema}".migrations (version, name, works_from) values (${version}, '${name}', ${worksFrom});`
}

export interface ScriptRange {
  /** The version that the database has; 0, an empty one, when unsaid. */
  readonly from?: number | undefined
  /** The version to reach; that of this runtime when unsaid. */
  readonly to?: number | undefined
}

/**
 * All SQL that the store needs, to be run by somebody who may create a schema: in an empty database,
 * or from one version to another.
 *
 * Throws `JASPER_BAD_OPTION` for a name or versions that are not allowed.
 */
export function schemaScript(schema = 'jasper', range: ScriptRange = {}): string {
  return scriptOf(migrations, schema, range)
}

export function scriptOf(known: readonly Migration[], schema: string, { from = 0, to = known.length }: ScriptRange): string {
  checkSchemaName(schema)
  const areVersions = [from, to].every((version) => Number.isInteger(version) && version >= 0 && version <= known.length)
  if (!areVersions || from > to) {
    throw new JasperError(
      'JASPER_BAD_OPTION',
      `There is no way from schema version ${from} to ${to}. Versions go from 0, an empty database, up to ${known.length}, and never back.`,
    )
  }
  const steps = known.slice(from, to)
  if (steps.length === 0) return `-- Schema version ${to} is where it should be: nothing to do.\n`
  const texts = steps.map((step) => `-- Version ${step.version}: ${step.name}\n${step.text(`"${schema}"`)}\n${applied(schema, step)}\n`)
  return `begin;\n${from === 0 ? foundation(schema) : ''}${guard(schema, from)}\n${texts.join('\n')}\ncommit;\n`
}

/** Where the database has another version than the script was made for, it fails and changes nothing. */
const guard = (schema: string, from: number): string => `
do $$ begin
  if (select coalesce(max(version), 0) from "${schema}".migrations) <> ${from} then
    raise exception 'this script goes on from schema version ${from}, and "${schema}" has another';
  end if;
end $$;
`
