import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { postgres } from 'jasper-runtime/postgres'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { compiledApp, removeCompiledApps, type CompiledApp } from './compiled-app.ts'
import { keptLog } from './small-app.ts'

const source = {
  'src/seats.ts': `
    export interface Told { readonly events: string[] }
    export interface ReserveSeat { readonly seat: string; readonly guest: string }
    export interface SeatReserved { readonly seat: string }`,
  'src/reserve.handler.ts': `
    import type { PoolClient } from 'pg'
    import type { ReserveSeat, SeatReserved, Told } from './seats.ts'
    export async function loadTaken(command: ReserveSeat, tx: PoolClient): Promise<{ taken: boolean }> {
      await tx.query('insert into asked values ($1)', [command.seat])
      const { rows } = await tx.query('select from seats where seat = $1', [command.seat])
      return { taken: rows.length > 0 }
    }
    export function validate(_: ReserveSeat, taken: boolean): string[] { return taken ? ['the seat is taken'] : [] }
    export function handle(command: ReserveSeat, told: Told): SeatReserved {
      told.events.push('handled for ' + command.guest)
      return { seat: command.seat }
    }
    export async function afterReserving(command: ReserveSeat, tx: PoolClient): Promise<void> {
      await tx.query('insert into seats values ($1, $2)', [command.seat, command.guest])
      if (command.guest === 'unlucky') throw new Error('after the write')
    }
    export function finallyTell(command: ReserveSeat, error: unknown, told: Told): void {
      told.events.push(command.guest + ' ' + (error instanceof Error ? error.name : 'well'))
      if (command.guest === 'late') throw new Error('behind the commit')
    }`,
  'src/reserved.handler.ts': `
    import type { SeatReserved, Told } from './seats.ts'
    export const handle = (event: SeatReserved, told: Told): void => void told.events.push('reserved ' + event.seat)`,
}

let compiled: CompiledApp
let database: TemporaryDatabase
const apps: { stop(): Promise<void> }[] = []
beforeAll(async () => {
  compiled = await compiledApp(source)
  database = await temporaryDatabase()
  await database.pool.query('create table seats (seat text, guest text); create table asked (seat text)')
})
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  await database.pool.query('truncate seats, asked; drop schema if exists jasper cascade')
})
afterAll(async () => {
  await removeCompiledApps()
  await database.drop()
})

async function start() {
  const told = { events: [] as string[] }
  const log = keptLog()
  const app = compiled.createApp({ name: 'seats', store: postgres({ connectionString: database.url }), log, services: { told } })
  apps.push(app)
  await app.start()
  const count = async (table: string): Promise<number> => Number((await database.pool.query(`select count(*) as n from ${table}`)).rows[0].n)
  const settled = (): Promise<unknown> => eventually('all is handled', async () => (await count('jasper.incoming')) === 0)
  const rejected = async () => (await app.endpoints.list()).find(({ address }) => address === 'local://reserve-seat')?.rejected
  return { app, log, told: told.events, count, settled, rejected }
}

it('a refusal rolls back what the transaction did before, completes the message and counts it', async () => {
  const { app, told, count, settled, rejected } = await start()
  await app.bus.send('ReserveSeat', { seat: '1A', guest: 'first' })
  await settled()
  await app.bus.send('ReserveSeat', { seat: '1A', guest: 'second' })
  await settled()
  expect(told.toSorted()).toEqual(['first well', 'handled for first', 'reserved 1A', 'second RejectedError'])
  expect({ seats: await count('seats'), asked: await count('asked'), rejected: await rejected() }).toEqual({ seats: 1, asked: 1, rejected: 1 })
  expect(await app.deadLetters.list({ limit: 10 })).toMatchObject([])
  await expect(app.bus.invoke('ReserveSeat', { seat: '1A', guest: 'third' })).rejects.toMatchObject({ code: 'JASPER_REJECTED', reasons: ['the seat is taken'] })
  expect(await count('asked')).toBe(1)
})

it('what after writes is part of the commit, and its failure rolls everything back', async () => {
  const { app, told, count } = await start()
  await expect(app.bus.invoke('ReserveSeat', { seat: '2A', guest: 'unlucky' })).rejects.toThrow('after the write')
  expect({ seats: await count('seats'), asked: await count('asked'), told }).toEqual({ seats: 0, asked: 0, told: ['handled for unlucky', 'unlucky Error'] })
})

it('a finally that throws behind the commit undoes nothing: the message is done, what it sent has left', async () => {
  const { app, told, log, count, settled } = await start()
  await app.bus.send('ReserveSeat', { seat: '3A', guest: 'late' })
  await eventually('it is told', async () => told.includes('reserved 3A'))
  await settled()
  expect(log.has('the message is done')).toBe(true)
  expect(told).toEqual(['handled for late', 'late well', 'reserved 3A'])
  expect(await count('seats')).toBe(1)
  await expect(app.bus.invoke('ReserveSeat', { seat: '4A', guest: 'late' })).rejects.toThrow('behind the commit')
  await eventually('what was invoked has sent', async () => told.includes('reserved 4A'))
  expect(await count('seats')).toBe(2)
})
