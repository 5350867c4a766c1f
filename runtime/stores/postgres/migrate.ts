import type { SchemaStep } from '../../contracts/message-store.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { sqlStateOf } from './classify-error.ts'
import { applied, foundation } from './migrations.ts'
import type { Execute, OwnPool } from './own-pool.ts'
import type { Tables } from './schema-names.ts'
import { checkVersion, readSchema, type SchemaParts } from './schema-version.ts'
import { sql, verbatim } from './sql.ts'

/** How long a start waits for another process that is migrating. */
const waitForOther = '15s'

/**
 * Brings the schema to the version that this runtime needs, if it `mayMigrate`, or checks that it can
 * be worked with. A newer one can, if its migrations say so: a deploy rolls, and what still runs, or
 * starts again, is of the version before.
 *
 * When it is there already this is two short queries and no lock.
 */
export async function openSchema(parts: SchemaParts, pool: OwnPool, mayMigrate: boolean): Promise<void> {
  const state = await readSchema(parts, (statement) => pool.run(statement))
  if (state.version < state.needed && mayMigrate) await migrate(parts, pool)
  else checkVersion(state, parts)
}

/**
 * Applies what is missing, and tells what it was.
 *
 * All steps and their versions are one transaction under an advisory lock, so of many processes that
 * start at once one migrates, and a failure leaves the schema as it was.
 */
export async function migrate(parts: SchemaParts, pool: OwnPool): Promise<readonly SchemaStep[]> {
  return await underLock(parts, pool, async (execute) => {
    const state = await readSchema(parts, execute)
    if (state.version > state.needed) checkVersion(state, parts)
    await applyFrom(parts, execute, state.version)
    return state.pending
  })
}

/**
 * Drops every table of ours, with all messages, and makes them anew. What else is in the schema stays.
 *
 * What is ours is found out by making it beside, in a schema that is dropped again.
 */
export async function rebuild(parts: SchemaParts, pool: OwnPool): Promise<void> {
  const { tables, known } = parts
  await underLock(parts, pool, async (execute) => {
    const state = await readSchema(parts, execute)
    if (state.version > state.needed) checkVersion({ ...state, isUsable: false }, parts)
    const beside = `${tables.schema.slice(0, 50)}_rebuild`
    await execute(verbatim(`create schema "${beside}"`))
    for (const step of known) await execute(verbatim(step.text(`"${beside}"`)))
    for (const statement of await dropsOf(execute, beside, tables.schema)) await execute(verbatim(statement))
    await execute(verbatim(`drop schema "${beside}" cascade`))
    await execute(verbatim(`drop table if exists "${tables.schema}".migrations`))
    await execute(verbatim(foundation(tables.schema)))
    await applyFrom(parts, execute, 0)
  })
}

/** Statements that drop from `schema` what `model` has under the same name: functions, then tables, then types. */
async function dropsOf(execute: Execute, model: string, schema: string): Promise<readonly string[]> {
  const rows = await execute(sql`
    select statement from (
      select 1 as turn, format('drop function if exists %I.%I(%s)', ${schema}::text, p.proname, pg_get_function_identity_arguments(p.oid)) as statement
      from pg_proc p where p.pronamespace = ${model}::text::regnamespace
      union all
      select 2, format('drop table if exists %I.%I cascade', ${schema}::text, c.relname)
      from pg_class c where c.relnamespace = ${model}::text::regnamespace and c.relkind in ('r', 'p')
      union all
      select 3, format('drop type if exists %I.%I', ${schema}::text, t.typname)
      from pg_type t where t.typnamespace = ${model}::text::regnamespace and t.typtype in ('e', 'd')
    ) d order by turn, statement`)
  return rows.map((row) => row['statement'] as string)
}

async function applyFrom({ tables: { schema }, known }: SchemaParts, execute: Execute, version: number): Promise<void> {
  for (const step of known.slice(version)) {
    await execute(verbatim(step.text(`"${schema}"`)))
    await execute(verbatim(applied(schema, step)))
  }
}

async function underLock<T>({ tables: { schema }, where }: SchemaParts, pool: OwnPool, work: (execute: Execute) => Promise<T>): Promise<T> {
  try {
    return await pool.transaction(async (execute) => {
      await execute(verbatim(`set local lock_timeout = '${waitForOther}'`))
      await execute(sql`select pg_advisory_xact_lock(hashtextextended(${`jasper-runtime migrates ${schema}`}::text, 0))`)
      await execute(verbatim(foundation(schema)))
      return await work(execute)
    }, { slow: true })
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (sqlStateOf(cause) !== '42P07') throw error
    throw new JasperError(
      'JASPER_STORE_SCHEMA',
      `${where} cannot be set up: the schema "${schema}" has tables of other origin (${(cause as Error).message}). Give another schema.`,
      { cause },
    )
  }
}

/**
 * Writes the application's name into a schema that has none; `JASPER_STORE_OWNED` if it has another.
 *
 * A role with rights on the tables alone would find out when the first scheduled message is due, which
 * arrives anew and so needs a number: `JASPER_STORE_REFUSED` says it now.
 */
export async function takeOwnership(pool: OwnPool, tables: Tables, appName: string, where: string): Promise<void> {
  const { schema } = tables
  const numbers = (queue: string): SqlStatement => sql`has_sequence_privilege(${`"${schema}".${queue}_seq_seq`}::text, 'usage')`
  const [rights] = await pool.run(sql`select ${numbers('incoming')} and ${numbers('outgoing')} as numbers, current_user::text as role`)
  if (rights!['numbers'] !== true) {
    const role = rights!['role'] as string
    throw new JasperError(
      'JASPER_STORE_REFUSED',
      `${where} refuses the role ${JSON.stringify(role)} the sequences that number messages. Run: grant usage on all sequences in schema "${schema}" to "${role}"`,
    )
  }
  const known = sql`select name from ${tables.application}`
  let [row] = await pool.run(known)
  if (row === undefined) {
    await pool.run(sql`insert into ${tables.application} (name) values (${appName}::text) on conflict do nothing`)
    ;[row] = await pool.run(known)
  }
  if (row!['name'] === appName) return
  throw new JasperError(
    'JASPER_STORE_OWNED',
    `${where} holds the messages of the application ${JSON.stringify(row!['name'])}, and this one is ${JSON.stringify(appName)}. ` +
      'Give this application a schema of its own: postgres({ schema }).',
  )
}
