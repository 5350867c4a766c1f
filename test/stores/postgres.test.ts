import { afterAll, beforeAll } from 'vitest'
import { messageStoreConformance } from '../conformance/message-store.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { postgresHarness } from './postgres-harness.ts'

let database: TemporaryDatabase
beforeAll(async () => {
  database = await temporaryDatabase()
})
afterAll(() => database.drop())

messageStoreConformance('the PostgreSQL store', postgresHarness(() => database))
