import pg from 'pg'
import { postgres, type PostgresStore } from '../../runtime/stores/postgres/index.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { claim, insert, message, quiet, uuid } from '../conformance/message-store/scene.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { jasper, type Ended, type JasperOptions } from './run-jasper.ts'

/** A database with an app's store in it, and the command line that looks at it. */
export interface Desk {
  readonly database: TemporaryDatabase
  readonly store: PostgresStore
  /** With `--url`. */
  run(args: string, options?: JasperOptions): Promise<Ended>
  /** With `--url` and `--json`; resolves with the document. */
  json(args: string): Promise<Record<string, unknown> & { readonly ok: boolean }>
  /** Makes messages die, one after the other; resolves with their ids. */
  bury(...deaths: readonly Death[]): Promise<readonly string[]>
  close(): Promise<void>
}

export interface Death {
  readonly type?: string
  readonly queue?: string
  readonly error?: string
  readonly says?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export async function openDesk(): Promise<Desk> {
  const database = await temporaryDatabase()
  const store = postgres({ connectionString: database.url })
  await store.open({ appName: 'shop', clock: systemClock, log: quiet })
  const withUrl = (args: string): readonly string[] => [...args.split(' ').filter((word) => word !== ''), '--url', database.url]
  return {
    database,
    store,
    run: (args, options) => jasper(withUrl(args), options),
    async json(args) {
      const { out, error } = await jasper([...withUrl(args), '--json'])
      if (error !== '') throw new Error(`--json wrote to standard error: ${error}`)
      return JSON.parse(out) as Record<string, unknown> & { readonly ok: boolean }
    },
    async bury(...deaths) {
      const owner = uuid()
      const ids: string[] = []
      for (const { type = 'PlaceOrder', queue = 'local://place-order', error = 'PaymentTimeout', says = 'the gateway did not answer', body = '{"order":1}', headers = {} } of deaths) {
        const one = message({ messageType: type, destination: queue, body: new TextEncoder().encode(body), headers })
        await insert(store, one)
        const [claimed] = await claim(store, owner, 1, queue)
        const stored = { type: error, message: says, stack: `${error}: ${says}\n    at handle (charge.handler.ts:12:9)` }
        await store.incoming.settle([{ kind: 'dead-letter', claim: claimed!.claim, attempts: 5, error: stored }])
        ids.push(one.envelope.id)
      }
      return ids
    },
    async close() {
      await store.close()
      await database.drop()
    },
  }
}

/** A role that may read the tables of the desk and nothing else; resolves with its address. */
export async function readingRole({ database }: Desk): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const role = `reader_${database.name}`
  await database.pool.query(`create role ${role} login password 'sesame'; grant usage on schema jasper to ${role}; grant select on all tables in schema jasper to ${role}`)
  const url = new URL(database.url)
  url.username = role
  url.password = 'sesame'
  const client = new pg.Client(url.href)
  await client.connect()
  await client.end()
  return {
    url: url.href,
    async drop() {
      await database.pool.query(`drop owned by ${role}; drop role ${role}`)
    },
  }
}
