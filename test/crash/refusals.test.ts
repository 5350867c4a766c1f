import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { documentsOf, ended, killed, startProcess } from './faulty-process.ts'

interface Said {
  readonly refused?: number
  readonly attempts?: number
  readonly handled?: number
  readonly heard?: number
}

let database: TemporaryDatabase
const children: ChildProcess[] = []

beforeAll(async () => {
  database = await temporaryDatabase()
  await database.pool.query('create table entered (n int not null)')
})
afterAll(async () => {
  await Promise.all(children.map(killed))
  await database.drop()
})

function start(sends: readonly number[], fault?: string) {
  const about = JSON.stringify({ url: database.url, sends })
  const program = new URL('refusing-process.ts', import.meta.url).pathname
  const child = startProcess(program, [about], fault === undefined ? {} : { JASPER_FAULT: fault })
  children.push(child)
  return { said: documentsOf<Said>(child), signal: ended(child) }
}

const rows = async (sql: string): Promise<readonly object[]> => (await database.pool.query(sql)).rows as object[]
const incoming = () => rows('select message_type, attempts from jasper.incoming')
const refused = { refused: 1, attempts: 0 }

it('a refused message whose process is killed behind the rollback is refused again, and once that is settled it is gone', { timeout: 90_000 }, async () => {
  const first = start([1], 'settle.before-write:kill')
  expect(await first.signal).toBe('SIGKILL')
  expect(first.said).toEqual([refused])
  expect(await incoming(), 'as it was: no attempt is counted').toEqual([{ message_type: 'Enter', attempts: 0 }])
  expect(await rows('select from entered'), 'what its transaction wrote').toEqual([])

  const second = start([], 'settle.after-write:kill')
  expect(await second.signal).toBe('SIGKILL')
  expect(second.said).toEqual([refused])
  expect(await incoming()).toEqual([])
  expect(await rows('select from jasper.completed')).toHaveLength(1)

  const third = start([2])
  await eventually('the next message is handled, and so is what it sends', () => third.said.some(({ heard }) => heard === 2), 30_000)
  await eventually('nothing is left', async () => (await incoming()).length === 0)
  expect(third.said, 'nobody asks again about the one that was refused').toEqual([{ handled: 2 }, { heard: 2 }])
  expect(await rows('select n from entered')).toEqual([{ n: 2 }])
  expect(await rows('select from jasper.dead_letters')).toEqual([])
})
