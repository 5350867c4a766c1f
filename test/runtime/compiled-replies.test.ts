import { afterAll, beforeAll, expect, it } from 'vitest'
import { defineRoutes } from '../../runtime/config/routes.ts'
import type { AnyChain } from '../../runtime/dispatch/chain.ts'
import { headerNames } from '../../runtime/envelope/headers.ts'
import { compiledApp, removeCompiledApps } from './compiled-app.ts'
import { handTransport } from './hand-transport.ts'
import { registration, startsSmallApps } from './small-app.ts'

const source = {
  'src/ask.handler.ts': `
import { delayed, reply, type Reply, type Scheduled } from 'jasper-runtime'
export interface Ask { n: number }
export interface Few { n: number; few: true }
export interface Many { n: number; many: true }
/** For the caller alone: nobody else is sent it, so nothing but its name in the chain says what it is. */
export function handleAsk({ n }: Ask): Reply<Few | Many> | Scheduled<Ask> | undefined {
  if (n === 0) return undefined
  if (n < 0) return delayed<Ask>({ n: -n }, '1h')
  return n < 10 ? reply({ n, few: true }) : reply({ n, many: true })
}
export interface List { n: number }
export function* handleList({ n }: List): Generator<Few | Many> {
  yield { n, few: true }
  yield { n, many: true }
}`,
}

const start = startsSmallApps()
let chains: readonly AnyChain[]

beforeAll(async () => {
  const { file } = await compiledApp(source)
  const chain = async (message: string): Promise<AnyChain> => {
    const name = message.toLowerCase()
    const module = await file(`src/generated/jasper/${name}.chain.ts`)
    return { message, handle: module[`${name}Chain`] as AnyChain['handle'], transaction: undefined, cascades: [], handlers: [message] }
  }
  chains = [await chain('Ask'), await chain('List')]
}, 60_000)
afterAll(removeCompiledApps)

it('generated code names what it replies, so that it can travel', async () => {
  const { transport, deliver, sent } = handTransport({ replies: true })
  const { clock } = await start(
    {},
    {
      chains,
      messages: ['Ask', 'Few', 'Many', 'List'].map((name) => registration(name)),
      routes: defineRoutes(({ listen }) => listen('hand://queue/a')),
      transports: [transport],
    },
  )
  const answer = async (messageType: string, n: number): Promise<unknown> => {
    const id = `018f4b1c-0000-7000-8000-0000000000${sent.length + 10}`
    deliver(id, n, {
      [headerNames.messageType]: messageType,
      [headerNames.replyTo]: 'hand://replies',
      [headerNames.replyRequested]: 'any',
    })
    await clock.advance(100)
    const { messageType: type, body, causationId } = sent.at(-1)!
    expect(causationId).toBe(id)
    return { type, body: JSON.parse(Buffer.from(body).toString()) as unknown }
  }
  expect(await answer('Ask', 3)).toEqual({ type: 'Few', body: { n: 3, few: true } })
  expect(await answer('Ask', 30)).toEqual({ type: 'Many', body: { n: 30, many: true } })
  expect(await answer('Ask', 0)).toEqual({ type: 'jasper.handled', body: null })
  expect(await answer('Ask', -1)).toEqual({ type: 'jasper.handled', body: null })
  const both = ['Few', 'Many'].map((type) => ({ type, version: 1, body: { n: 3, [type.toLowerCase()]: true } }))
  expect(await answer('List', 3)).toEqual({ type: 'jasper.several', body: both })
})
