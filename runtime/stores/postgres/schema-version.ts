import type { SchemaState } from '../../contracts/message-store.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import type { Migration } from './migrations.ts'
import type { Execute } from './own-pool.ts'
import type { Tables } from './schema-names.ts'
import { sql } from './sql.ts'

const oldestServer = 140_000

/** One schema, and the migrations that this runtime knows. */
export interface SchemaParts {
  readonly tables: Tables
  readonly known: readonly Migration[]
  /** The store's description. */
  readonly where: string
}

/** Reads which version is there. Two short queries, no lock. */
export async function readSchema({ tables, known, where }: SchemaParts, execute: Execute): Promise<SchemaState> {
  const name = `"${tables.schema}".migrations`
  const [row] = await execute(sql`
    select to_regclass(${name}::text) is not null as there, current_setting('server_version_num')::int as server`)
  if ((row!['server'] as number) < oldestServer) {
    throw new JasperError('JASPER_NOT_SUPPORTED', `${where} runs a server older than PostgreSQL 14, the oldest that is supported.`)
  }
  const [applied] =
    row!['there'] === true
      ? await execute(sql`
          select coalesce(max(version), 0) as version, coalesce(max(works_from) filter (where version > ${known.length}::int), 0) as works_from
          from ${tables.migrations}`)
      : [{ version: 0, works_from: 0 }]
  const version = applied!['version'] as number
  return {
    version,
    needed: known.length,
    isUsable: version >= known.length && (applied!['works_from'] as number) <= known.length,
    pending: known
      .slice(version)
      .map((step) => ({ version: step.version, name: step.name, canRoll: step.worksFrom <= Math.max(1, step.version - 1) })),
  }
}

/** Throws `JASPER_STORE_SCHEMA` for a version that this runtime cannot work with. */
export function checkVersion({ version, needed, isUsable }: SchemaState, { tables, where }: SchemaParts): void {
  if (isUsable) return
  if (version > needed) {
    throw new JasperError(
      'JASPER_STORE_SCHEMA',
      `${where} has schema version ${version}, which this jasper-runtime cannot work with: it was made for version ${needed}. Update jasper-runtime.`,
    )
  }
  throw new JasperError(
    'JASPER_STORE_SCHEMA',
    (version === 0
      ? `${where} has no tables in the schema "${tables.schema}". `
      : `${where} has schema version ${version}; version ${needed} is needed. `) +
      "Run jasper storage migrate under a role that may create them, or start once with migrate: 'auto', " +
      'or run the text of schemaScript() from jasper-runtime/postgres.',
  )
}
