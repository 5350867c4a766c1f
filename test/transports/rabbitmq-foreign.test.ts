import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import { buildApp } from '../../runtime/host/build-app.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { rabbitmq } from '../../runtime/transports/rabbitmq/index.ts'
import { chainsOf, keptLog, registration, type Numbered, type Run } from '../runtime/small-app.ts'
import { eventually } from '../support/eventually.ts'
import { RabbitScene } from './rabbitmq-scene.ts'

const run = promisify(execFile)
/** Clients in C, from Debian's amqp-tools. */
const isInstalled = await run('amqp-publish', ['--help']).then(
  () => true,
  (error: { code?: unknown }) => error.code !== 'ENOENT',
)
if (!isInstalled) console.warn('SKIPPED: no AMQP client of another language is here; install amqp-tools')

it.skipIf(!isInstalled)('a client in C puts raw JSON into a queue of ours, and takes from another what our handler made of it', async () => {
  const scene = await RabbitScene.fresh()
  const [orders, invoices] = [scene.queue('orders'), scene.queue('invoices')]
  const runs: Run[] = []
  const handle = (order: Run): void => {
    runs.push(order)
    order.cascade('Invoice', { n: order.message.n + 1 })
  }
  const app = buildApp<Record<string, { message: Numbered; reply: unknown }>>(
    {
      chains: chainsOf({ Order: handle }),
      messages: ['Order', 'Invoice'].map((name) => registration(name)),
      routes: defineRoutes(({ publish, listen }) => {
        listen(`rabbitmq://queue/${orders}`, { messageType: 'Order' })
        publish('Invoice').to(`rabbitmq://queue/${invoices}`)
      }),
    },
    { name: 'foreign', store: inMemory(), transports: [rabbitmq({ url: scene.url, provision: true })], log: keptLog() },
  )
  await app.start()
  try {
    await eventually('it listens', () => app.describe().endpoints.some(({ connected }) => connected === true))
    const about = ['--url', scene.url, '--routing-key', orders, '--content-type', 'application/json', '-H', 'region: eu']
    await run('amqp-publish', [...about, '--body', '{"n":7}'])
    await eventually('it is handled', () => runs.length === 1)
    expect(runs[0]!.message).toEqual({ n: 7 })
    expect(runs[0]!.envelope).toMatchObject({ messageType: 'Order', headers: { region: 'eu' } })
    await eventually('the invoice waits', async () => (await scene.admin.waiting(invoices)) === 1)
    const { stdout } = await run('amqp-get', ['--url', scene.url, '--queue', invoices])
    expect(JSON.parse(stdout)).toEqual({ n: 8 })
  } finally {
    await app.stop()
    await scene.end()
  }
})
