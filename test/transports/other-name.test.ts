import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { inMemory } from 'jasper-runtime'
import { DemoBroker } from '../support/demo-broker.ts'
import { demoTransport } from '../support/demo-transport.ts'
import { eventually } from '../support/eventually.ts'
import { compiledApp, removeCompiledApps, type CompiledApp } from '../runtime/compiled-app.ts'
import { keptLog } from '../runtime/small-app.ts'

/** It knows the message as its own type, with a member that the other side has no use for. */
const green = {
  'src/messages.ts': `
    /** @message colors.paint */
    export interface GreenPaint { readonly shade: string; readonly litres: bigint; readonly mixedAt: Date; readonly can: number }
    /** @message colors.dried */
    export interface GreenIsDry { readonly shade: string; readonly driedAt: Date }`,
  'src/routes.ts': `
    import { defineRoutes } from 'jasper-runtime/config'
    import type { Messages } from './generated/jasper/index.ts'
    export default defineRoutes<Messages>(({ publish }) => publish('colors.paint').to('demo://queue/colors'))`,
}

/** Another app, in which nothing is called as it is there, but for the names on the wire. */
const blue = {
  'src/walls/blue.handler.ts': `
    /** @message colors.paint */
    export interface BlueBucket { readonly shade: string; readonly litres: bigint; readonly mixedAt: Date; readonly thinner?: string }
    /** @message colors.dried */
    export class WallIsBlue { constructor(readonly shade: string, readonly driedAt: Date) {} }
    export const received: BlueBucket[] = []
    export function handleBlueBucket(bucket: BlueBucket): WallIsBlue {
      received.push(bucket)
      return new WallIsBlue(bucket.shade, new Date('2026-11-25T00:00:00Z'))
    }`,
  'src/routes.ts': `
    import { defineRoutes } from 'jasper-runtime/config'
    import type { Messages } from './generated/jasper/index.ts'
    export default defineRoutes<Messages>(({ listen }) => listen('demo://queue/colors'))`,
}

const paint = { shade: 'teal', litres: 12n, mixedAt: new Date('2026-11-24T12:00:00Z'), can: 7 }
const broker = new DemoBroker()
const apps: Record<'sender' | 'receiver', CompiledApp> = {} as never
const running: { stop(): Promise<void> }[] = []

async function started(app: CompiledApp, name: string) {
  const transports = [demoTransport({ port: broker.port })]
  const created = app.createApp({ name, store: inMemory(), services: {}, transports, log: keptLog() })
  running.push(created)
  await created.start()
  return created
}

beforeAll(async () => {
  await broker.start()
  apps.sender = await compiledApp(green, { routes: 'src/routes.ts' })
  apps.receiver = await compiledApp(blue, { routes: 'src/routes.ts' })
}, 60_000)
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.stop()))
})
afterAll(async () => {
  await broker.stop()
  await removeCompiledApps()
})

it('a message arrives as the type that its receiver has of that name on the wire, whatever its sender calls it', async () => {
  await started(apps.receiver, 'walls')
  const { bus } = await started(apps.sender, 'mixer')
  await bus.send('colors.paint', paint)
  const { received } = (await apps.receiver.file('src/walls/blue.handler.ts')) as { received: object[] }
  await eventually('it is handled', () => received.length === 1)
  const { can: _, ...known } = paint
  expect(received.splice(0)).toEqual([known])
})

it('and so does its reply', async () => {
  await started(apps.receiver, 'walls')
  const { bus } = await started(apps.sender, 'mixer')
  const reply = await bus.request('colors.paint', paint, { expects: 'colors.dried' })
  expect(reply).toEqual({ shade: 'teal', driedAt: new Date('2026-11-25T00:00:00Z') })
  expect(Object.getPrototypeOf(reply)).toBe(Object.prototype)
})
