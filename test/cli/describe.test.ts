import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localQueueOf } from '../../compiler/chain/local-queue.ts'
import { localQueueOf as runtimeQueueOf } from '../../runtime/routing/destination.ts'
import { jasperGen } from './run-bin.ts'
import { shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'

let project: TemporaryProject

beforeAll(() => {
  project = temporaryProject({
    ...shop,
    'src/orders/audit.handler.ts': `import type { OrderPlaced, PlaceOrder } from './messages.ts'
export function handlePlaceOrder(command: PlaceOrder): void { void command }
export class AuditHandler { handle(event: OrderPlaced): void { void event } }
`,
    'src/routes.ts': `import { defineRoutes } from 'jasper-runtime/config'
import { cron } from 'jasper-runtime/cron'

export default defineRoutes(({ publish, listen, recur, convention, customize }) => {
  customize('PlaceOrder', () => ({ headers: { region: 'eu' } }))
  customize({ destination: 'audit' }, () => undefined)
  recur('sweep', { at: cron('0 3 * * *', 'Europe/Berlin'), message: 'CancelOrder', body: { orderId: 'o-1' }, missed: 'skip' })
  recur('tally', { at: cron('*/5 * * * *'), message: 'CancelOrder', body: { orderId: 'o-2' } })
  publish('PlaceOrder').to('local://orders', 'audit')
  publish({ prefix: 'OrderP' }).alsoTo('rabbitmq://exchange/events')
  convention({ description: 'the post', handledHere: 'both', sendsTo: ({ name }) => (name === 'CancelOrder' ? 'post://cancel' : undefined) })
  listen('local://audit', { name: 'audit', mode: 'buffered', parallelism: 2, timeout: '5m' })
  listen('local://orders', { sequential: true })
})
`,
  })
})
afterAll(() => project.remove('.'))

describe('describe', () => {
  it('shows chains, queues and policies as tables and words', async () => {
    const ended = await jasperGen(project.folder, ['describe'])
    expect(ended.error).toBe('')
    expect(ended.out).toBe(`3 chains

  message      handlers                                                   transaction  sends on     effects
  CancelOrder  handle               src/orders/cancel-order.handler.ts:3  none         nothing      at least once
  OrderPlaced  AuditHandler.handle  src/orders/audit.handler.ts:3         none         nothing      at least once
  PlaceOrder   handlePlaceOrder     src/orders/audit.handler.ts:2         pg           OrderPlaced  exactly once
               handle               src/orders/place-order.handler.ts:4

3 queues

  queue                 messages     mode     at a time  timeout
  local://cancel-order  CancelOrder  durable  5          60 s
  local://order-placed  OrderPlaced  durable  5          60 s
  local://place-order   PlaceOrder   durable  5          60 s

When a handler fails: scheduled after 100 ms, 1 s, 5 s, 30 s, then dead letter.
A handler that runs out of its timeout has failed: its signal aborts, and it can no longer commit.
Effects are exactly once where writes, outgoing messages and the completion commit in one transaction of a durable store.
`)
    expect(ended.code).toBe(0)
  })

  it('follows the routes that the config names', async () => {
    project.write('jasper.config.ts', "import { defineConfig } from 'jasper-runtime/config'\nexport default defineConfig({ routes: 'src/routes.ts' })\n")
    const ended = await jasperGen(project.folder, ['describe', '--json'])
    const described = JSON.parse(ended.out)
    expect(described).toMatchObject({ ok: true, unhandled: [], diagnostics: [] })
    expect(described.queues).toEqual([
      { address: 'local://audit', messages: ['PlaceOrder'], mode: 'buffered', parallelism: 2, sequential: false, timeout: '5m' },
      { address: 'local://cancel-order', messages: ['CancelOrder'], mode: 'durable', parallelism: 5, sequential: false, timeout: 60_000 },
      { address: 'local://order-placed', messages: ['OrderPlaced'], mode: 'durable', parallelism: 5, sequential: false, timeout: 60_000 },
      { address: 'local://orders', messages: ['PlaceOrder'], mode: 'durable', parallelism: 1, sequential: true, timeout: 60_000 },
    ])
    expect(described.recurring).toEqual([
      { name: 'sweep', message: 'CancelOrder', timetable: '0 3 * * * (Europe/Berlin)', missed: 'skip' },
      { name: 'tally', message: 'CancelOrder', timetable: '*/5 * * * * (UTC)', missed: 'once' },
    ])
    // In memory a message may be lost or, after a crash of its sender, come twice: the promise ends there.
    expect(described.chains.find(({ message }: { message: string }) => message === 'PlaceOrder')).toMatchObject({
      transaction: 'pg',
      effects: 'at least once',
      queues: ['local://orders', 'local://audit'],
    })
  })

  it('says where messages go, and by which rule', async () => {
    const ended = await jasperGen(project.folder, ['describe'])
    expect(ended.out).toContain(`routes

  message      goes to                     because
  CancelOrder  local://cancel-order        it is the queue of its handlers
               post://cancel               the post
  OrderPlaced  local://order-placed        it is the queue of its handlers
               rabbitmq://exchange/events  publish({ prefix: 'OrderP' }).alsoTo('rabbitmq://exchange/events')
  PlaceOrder   local://orders              publish('PlaceOrder').to('local://orders')
               local://audit               publish('PlaceOrder').to('audit')
`)
    expect(ended.out).toContain("Envelopes of messages that leave the bus are added to by customize('PlaceOrder'), customize({ destination: 'audit' }).\n")
  })

  it('shows what recurs, and when', async () => {
    const ended = await jasperGen(project.folder, ['describe'])
    expect(ended.out).toContain(`
2 recurring messages

  name   message      when                       missed ticks
  sweep  CancelOrder  0 3 * * * (Europe/Berlin)  skipped
  tally  CancelOrder  */5 * * * * (UTC)          sent once
`)
  })

  it('prints times alike, whoever wrote them', async () => {
    const ended = await jasperGen(project.folder, ['describe'])
    expect(ended.out).toMatch(/local:\/\/audit .* 5 m\n/)
    expect(ended.out).toMatch(/local:\/\/orders .* 60 s\n/)
  })

  it('lists what providers make, how often and for whom', async () => {
    const other = temporaryProject({
      ...shop,
      'src/stock/stock.ts': `export interface Clock { now(): number }
export interface Stock { take(id: string): void }
export interface Spare { id: string }
`,
      'src/stock/stock.providers.ts': `import type { PoolClient } from 'pg'
import type { Clock, Spare, Stock } from './stock.ts'
export const clock: Clock = { now: () => 0 }
export class Shelves { readonly all: string[] = [] }
export const stock = (tx: PoolClient, clock: Clock, shelves: Shelves): Stock => ({ take: (id) => void [tx, clock, shelves, id] })
export const spare = (clock: Clock): Spare => ({ id: String(clock.now()) })
`,
      'src/stock/take.handler.ts': `import type { OrderPlaced } from '../orders/messages.ts'
import type { Stock } from './stock.ts'
export function handle(event: OrderPlaced, stock: Stock): void { stock.take(event.orderId) }
`,
    })
    try {
      const { out, error } = await jasperGen(other.folder, ['describe'])
      expect(error).toBe('')
      expect(out.slice(out.indexOf('4 providers'), out.indexOf('When a handler fails'))).toBe(`4 providers

  provides  by                                       made              needed by
  Clock     clock    src/stock/stock.providers.ts:3  with its module   OrderPlaced
  Shelves   Shelves  src/stock/stock.providers.ts:4  once for the app  OrderPlaced
  Stock     stock    src/stock/stock.providers.ts:5  for each message  OrderPlaced
  Spare     spare    src/stock/stock.providers.ts:6  never             no chain

`)
    } finally {
      other.remove('.')
    }
  })

  it('says that there is nothing where there is no handler', async () => {
    project.write('elsewhere.config.ts', "export default { handlers: ['src/none/*.ts'] }\n")
    const ended = await jasperGen(project.folder, ['describe', '--config', 'elsewhere.config.ts'])
    expect(ended.out).toContain('warning JG1018')
    expect(ended.out).toMatch(/\nThere is nothing to describe: no handler, no chain, no queue\.\n$/)
    expect(ended.code).toBe(0)
  })

  it('names the same queue as the runtime', () => {
    for (const name of ['PlaceOrder', 'HTTPRequest', 'orders.place-order', 'Order2Placed', 'a', '_Ä_', '…', 'ABC', 'X9Y', '-x-']) {
      expect(localQueueOf(name)).toBe(runtimeQueueOf(name))
    }
  })
})

describe('help and version', () => {
  it('are printed with exit code 0, and no command is a mistake', async () => {
    expect(await jasperGen(project.folder, ['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), error: '' })
    const help = await jasperGen(project.folder, ['--help'])
    expect(help).toMatchObject({ code: 0, error: '' })
    expect(help.out).toMatch(/build [^]*\n.*check [^]*\n.*describe /)
    expect(await jasperGen(project.folder, [])).toEqual({ code: 3, out: '', error: help.out })
    const check = await jasperGen(project.folder, ['check', '--help'])
    expect(check.out).toContain('--no-diff')
    expect(check.out).not.toContain('\u001b[')
  })

  it('are coloured where colours are forced, and NO_COLOR wins', async () => {
    const forced = await jasperGen(project.folder, ['--help'], { env: { FORCE_COLOR: '1' } })
    expect(forced.out).toContain('\u001b[1mjasper-gen')
    const plain = await jasperGen(project.folder, ['--help'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })
    expect(plain.out).not.toContain('\u001b[')
  })
})

describe('a defect of our own', () => {
  it('ends with 70 and what to report', async () => {
    project.write('fail.mjs', "import fs from 'node:fs'\nimport { syncBuiltinESMExports } from 'node:module'\nfs.statSync = () => { throw new Error('a broken disk') }\nsyncBuiltinESMExports()\n")
    const ended = await jasperGen(project.folder, ['build'], { node: ['--import', './fail.mjs'] })
    expect(ended.code).toBe(70)
    expect(ended.error).toContain('jasper-gen has a defect')
    expect(ended.error).toContain('a broken disk')
    expect(ended.error).toMatch(/jasper-gen \d.*, Node v\d/)
    expect(ended.out).toBe('')
  })
})
