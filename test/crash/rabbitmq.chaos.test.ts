import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterEach, expect, it } from 'vitest'
import { randomFrom } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import { systemClock } from '../../runtime/timing/system-clock.ts'
import { eventually } from '../support/eventually.ts'
import { isRabbitmqInstalled, RabbitmqNode } from '../support/rabbitmq-node.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { temporaryDatabase } from '../support/temporary-database.ts'

const seconds = Number(process.env['JASPER_CRASH_SECONDS'] ?? '30')
const seed = Number(process.env['JASPER_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A service that is killed and started again; what it says it has accepted is kept. */
class Service {
  readonly accepted = new Set<number>()
  readonly #task: object
  #last = 0
  #child: ChildProcess | undefined
  lives = 0

  constructor(task: object) {
    this.#task = task
  }

  /** With a limit of 0 it sends what its former lives have left, and nothing new. */
  start(limit = 1_000_000): void {
    this.lives += 1
    // A number that was under way when the process died may have been accepted: it is not used again.
    const about = JSON.stringify({ ...this.#task, first: this.#last + 1_000, limit })
    const child = spawn(process.execPath, [new URL('rabbitmq-process.ts', import.meta.url).pathname, about], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#last = Number(line)
      this.accepted.add(this.#last)
    })
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await gone
  }
}

/** In CI a missing server is a failure. */
const isSkipped = !isRabbitmqInstalled() && process.env['CI'] === undefined
if (isSkipped) console.warn('SKIPPED: rabbitmq-server is not installed here')

const claim = `a broker and two services that are killed, cut off and stalled for ${seconds} s lose, invent and double nothing`
it.skipIf(isSkipped)(claim, { timeout: (seconds + 400) * 1_000 }, async () => {
  console.info(`RabbitMQ in trouble: JASPER_CRASH_SEED=${seed} JASPER_CRASH_SECONDS=${seconds}`)
  const random = randomFrom(seed)
  const later = (low: number, high: number): Promise<void> => systemClock.sleep(low + random() * (high - low))
  const database = await temporaryDatabase()
  ends.push(() => database.drop())
  await database.pool.query('create table effects (n bigint)')
  const node = await RabbitmqNode.start()
  ends.push(() => node.drop())
  const proxy = await tcpFaultProxy('127.0.0.1', node.port)
  ends.push(() => proxy.close())

  const about = { url: database.url, amqp: node.url.replace(String(node.port), String(proxy.port)), queue: 'orders' }
  const [sender, receiver] = [new Service({ ...about, sends: true }), new Service({ ...about, sends: false })]
  for (const service of [sender, receiver]) {
    ends.push(() => service.kill())
    service.start()
  }
  const effects = async (): Promise<readonly number[]> =>
    (await database.pool.query<{ n: string }>('select n from effects')).rows.map(({ n }) => Number(n))
  await eventually('orders are handled', async () => (await effects()).length > 50, 60_000)

  const told = { brokerKills: 0, senderKills: 0, receiverKills: 0, cuts: 0, silences: 0, closings: 0 }
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end) {
    await later(200, 3_000)
    const lot = random()
    if (lot < 0.2) {
      told.brokerKills += 1
      await node.kill()
      await later(0, 1_000)
      await node.up()
    } else if (lot < 0.45) {
      told.senderKills += 1
      await sender.kill()
      sender.start()
    } else if (lot < 0.7) {
      told.receiverKills += 1
      await receiver.kill()
      receiver.start()
    } else if (lot < 0.9) {
      told[lot < 0.8 ? 'cuts' : 'silences'] += 1
      if (lot < 0.8) proxy.cut()
      else proxy.silence()
      await later(50, 1_500)
      // Bytes that were lost in silence leave a stream that nobody could read; a network would have reset it.
      proxy.cut()
      proxy.mend()
    } else {
      told.closings += 1
      await node.ctl('close_all_connections', 'chaos')
    }
  }
  await sender.kill()
  console.info(`accepted ${sender.accepted.size}; ${JSON.stringify(told)}`)
  sender.start(0)
  const missing = async (): Promise<readonly number[]> => {
    const done = new Set(await effects())
    return [...sender.accepted].filter((n) => !done.has(n))
  }
  await eventually('all that was accepted has taken effect', async () => (await missing()).length === 0, 120_000)
  const left = async (table: string): Promise<number> => (await database.pool.query(`select 1 from ${table}`)).rows.length
  await eventually('nothing is on its way', async () => (await left('sending.outgoing')) + (await left('receiving.incoming')) === 0, 60_000)
  const all = await effects()
  expect(all.filter((n, at) => all.indexOf(n) !== at), 'effects that happened twice').toEqual([])
  const unsaid = all.filter((n) => !sender.accepted.has(n))
  expect(unsaid.length, 'effects that nobody was told of: at most the one that was under way when its sender was killed').toBeLessThanOrEqual(sender.lives)
  expect(await left('sending.dead_letters') + (await left('receiving.dead_letters')), 'dead letters').toBe(0)
  expect(told.brokerKills + told.senderKills + told.receiverKills).toBeGreaterThan(0)
})
