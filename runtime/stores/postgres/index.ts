export { postgres, type PostgresStore } from './postgres-message-store.ts'
export type { PostgresOptions } from './read-options.ts'
export { schemaScript, type ScriptRange } from './migrations.ts'
