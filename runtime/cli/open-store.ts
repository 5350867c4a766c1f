import type { MessageStore } from '../contracts/message-store.ts'
import { systemClock } from '../timing/system-clock.ts'
import { loadConfig } from './load-config.ts'
import type { Said } from './read-arguments.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** How a command uses the store. */
export interface Access {
  /** The database refuses every change on the connections of this command. */
  readonly readOnly: boolean
  /** Whether the schema must be one that this version can work with. */
  readonly checkSchema: boolean
}

/** The store that the command line or the config names, not opened. */
export async function findStore(said: Said, { cwd, env }: Terminal): Promise<MessageStore> {
  const { JASPER_URL, JASPER_SCHEMA } = env
  const url = said.text('url') ?? (said.text('config') === undefined ? JASPER_URL : undefined)
  if (url !== undefined && url !== '') return await storeAt(url, said.text('schema') ?? JASPER_SCHEMA)
  const config = await loadConfig(cwd, said.text('config'))
  if (config?.store === undefined) {
    throw new UsageError(
      `Which store? Say --url postgres://user@host:5432/database, set JASPER_URL, or give ${config === undefined ? 'a jasper.config.ts' : 'the config'} ` +
        'a store: defineConfig({ store: () => postgres({ ... }) }).',
    )
  }
  if (said.text('schema') !== undefined) throw new UsageError('--schema goes with --url. The store of the config names its schema itself.')
  const store = typeof config.store === 'function' ? await config.store() : config.store
  if (typeof store === 'object' && typeof (store as Partial<MessageStore> | null)?.openForOperator === 'function') return store
  throw new UsageError('The store in the config is none. Give postgres({ ... }) or embedded(...), or a function that returns it.')
}

/** Opens the store for one command and closes it afterwards, whatever happened. */
export async function withStore<T>(store: MessageStore, access: Access, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const say = (event: string): void => terminal.error(`${event}\n`)
  const log = { debug() {}, info() {}, warn: say, error: say }
  try {
    await store.openForOperator({ ...access, clock: systemClock, log })
    return await work()
  } finally {
    await store.close()
  }
}

async function storeAt(url: string, schema: string | undefined): Promise<MessageStore> {
  // Loaded here alone: whoever names a store of another kind needs no pg.
  const { postgres } = await import('../stores/postgres/index.ts')
  return postgres({ connectionString: url, ...(schema === undefined || schema === '' ? {} : { schema }) })
}
