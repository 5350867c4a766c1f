import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'
import { killed, startProcess } from './faulty-process.ts'
import { freePort } from '../transports/tcp-harness.ts'

type Side = 'ping' | 'pong'

const rallies = 3
const hitsOfARally = 12
let databases: Record<Side, TemporaryDatabase>
let ports: Record<string, string>
const children: ChildProcess[] = []

beforeEach(async () => {
  databases = { ping: await temporaryDatabase(), pong: await temporaryDatabase() }
  ports = { PING_PORT: String(await freePort()), PONG_PORT: String(await freePort()) }
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(killed))
  await databases.ping.drop()
  await databases.pong.drop()
})

function start(side: Side, env: Record<string, string> = {}): ChildProcess {
  const main = fileURLToPath(new URL(`../../fixtures/apps/ping-pong/${side}/src/main.ts`, import.meta.url))
  const child = startProcess(main, [], { ...ports, DATABASE_URL: databases[side].url, ...env })
  children.push(child)
  return child
}

/** Every hit of a side, as `rally.hit`; none while there is no table. */
async function hits(side: Side): Promise<readonly string[]> {
  const { pool } = databases[side]
  const { rows } = await pool.query<{ there: boolean }>("select to_regclass('hits') is not null as there")
  if (!rows[0]!.there) return []
  return (await pool.query<{ ball: string }>("select rally || '.' || hit as ball from hits order by rally, hit")).rows.map(({ ball }) => ball)
}

const expected = (parity: number): readonly string[] =>
  Array.from({ length: rallies }, (_, rally) => Array.from({ length: hitsOfARally }, (_, hit) => [rally + 1, hit + 1] as const))
    .flat()
    .filter(([, hit]) => hit % 2 === parity)
    .map(([rally, hit]) => `${rally}.${hit}`)

const promise = 'no ball is lost or hit twice when pong dies with balls that are stored and not acknowledged, and ping in mid-rally'
it(promise, { timeout: 60_000 }, async () => {
  const dying = start('pong', { JASPER_FAULT: 'receive.after-insert:4:kill' })
  const died = new Promise<NodeJS.Signals | null>((resolve) => dying.once('close', (_, signal) => resolve(signal)))
  const ping = start('ping', { SERVE: String(rallies) })
  let said = ''
  ping.stdout!.on('data', (text) => void (said += String(text)))
  expect(await died).toBe('SIGKILL')
  const before = (await hits('pong')).length
  expect(before).toBeLessThan(expected(1).length)
  await eventually('all balls are served', () => said.includes(`served ${rallies}`))
  await killed(ping)
  start('ping')
  start('pong')
  await eventually('all rallies are over', async () => (await hits('ping')).length >= expected(0).length, 40_000)
  expect(await hits('pong')).toEqual([...expected(1)].sort(inNumbers))
  expect(await hits('ping')).toEqual([...expected(0)].sort(inNumbers))
  await eventually('nothing is on its way', async () => {
    const left = 'select count(*)::int as n from jasper.outgoing'
    const counts = await Promise.all([databases.ping, databases.pong].map(({ pool }) => pool.query<{ n: number }>(left)))
    return counts.every(({ rows }) => rows[0]!.n === 0)
  })
})

function inNumbers(one: string, other: string): number {
  const [[r1, h1], [r2, h2]] = [one, other].map((ball) => ball.split('.').map(Number)) as [[number, number], [number, number]]
  return r1 - r2 || h1 - h2
}
