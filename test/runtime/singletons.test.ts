import { describe, expect, it } from 'vitest'
import { buildApp } from '../../runtime/host/build-app.ts'
import type { MakeSingletons, SingletonStart } from '../../runtime/host/singletons.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { signal } from '../support/eventually.ts'
import { registration, smallApp, type Run } from './small-app.ts'

/** A thing that notes when it is made and when it is disposed of. */
function made(name: string, seen: string[], disposed: () => unknown = () => undefined) {
  seen.push(`${name} is made`)
  const dispose = (): unknown => {
    seen.push(`${name} goes`)
    return disposed()
  }
  return { name, dispose }
}

function later(name: string, seen: string[]) {
  const { dispose } = made(name, seen)
  return {
    name,
    [Symbol.dispose]: () => seen.push(`${name} goes the wrong way`),
    [Symbol.asyncDispose]: async () => void (await Promise.resolve(dispose())),
  }
}

function atOnce(name: string, seen: string[], disposed?: () => unknown) {
  const { dispose } = made(name, seen, disposed)
  return { name, [Symbol.dispose]: () => void dispose() }
}

/** Two of them, the second made from the first. */
function twoOf(seen: string[]): MakeSingletons {
  return async (start: SingletonStart) => {
    const pool = await start.makeAsync('pool in shop.providers.ts', async () => await Promise.resolve(later('pool', seen)))
    const cache = start.make('cache in shop.providers.ts', () => atOnce(`cache over the ${pool.name}`, seen))
    return { pool, cache }
  }
}

describe('singletons', () => {
  it('are made in order before anything is handled, handed to chains beside the services, and go in reverse after the last handler', async () => {
    const seen: string[] = []
    const begun = signal('the handler has begun')
    const end = signal('the handler may end')
    const store = inMemory()
    const chain = {
      message: 'Count',
      handle: async (_run: Run, services: { readonly pool: { name: string }; readonly greeting: string }) => {
        seen.push(`handled with the ${services.pool.name} and ${services.greeting}`)
        begun.fire()
        await end.fired
        seen.push('handler ends')
      },
      transaction: undefined,
      cascades: [],
      handlers: [],
    }
    const definition = { chains: [chain], messages: [registration('Count')], singletons: twoOf(seen) }
    const app = buildApp<Record<string, { message: { n: number }; reply: unknown }>>(definition, { name: 'small', store, services: { greeting: 'hello' } })
    expect(seen).toEqual([])
    await app.start()
    await app.bus.send('Count', { n: 1 })
    await begun.fired
    const stopping = app.stop()
    end.fire()
    await stopping
    expect(seen).toEqual([
      'pool is made',
      'cache over the pool is made',
      'handled with the pool and hello',
      'handler ends',
      'cache over the pool goes',
      'pool goes',
    ])
  })

  it('belong to one app: another in the same process has its own', async () => {
    const ofFirst: string[] = []
    const ofSecond: string[] = []
    const first = smallApp({ Count: () => undefined }, { singletons: twoOf(ofFirst) })
    const second = smallApp({ Count: () => undefined }, { singletons: twoOf(ofSecond) })
    await first.app.start()
    await second.app.start()
    await first.app.stop()
    expect([ofFirst.length, ofSecond.length]).toEqual([4, 2])
    await second.app.stop()
    expect(ofSecond.length).toBe(4)
  })

  it.each([
    ['throws', (start: SingletonStart) => start.make('broken in shop.providers.ts', () => { throw new Error('no such host') })],
    ['rejects', (start: SingletonStart) => start.makeAsync('broken in shop.providers.ts', () => Promise.reject(new Error('no such host')))],
  ])('that have been made go again when a later provider %s, and the error says which', async (_, fail) => {
    const seen: string[] = []
    const { app } = smallApp(
      { Count: () => seen.push('handled') },
      {
        singletons: async (start: SingletonStart) => {
          const all = await twoOf(seen)(start, undefined as never)
          await fail(start)
          return all
        },
      },
    )
    await expect(app.start()).rejects.toMatchObject({
      code: 'JASPER_PROVIDER_FAILED',
      message: 'JASPER_PROVIDER_FAILED: The provider broken in shop.providers.ts failed, so the app cannot start: no such host',
      cause: new Error('no such host'),
    })
    expect(seen).toEqual(['pool is made', 'cache over the pool is made', 'cache over the pool goes', 'pool goes'])
  })

  it('are not begun any more when the app is stopped meanwhile, and those that are there go', async () => {
    const seen: string[] = []
    const begun = signal('the first is being made')
    const go = signal('it may be ready')
    const { app } = smallApp(
      { Count: () => undefined },
      {
        singletons: async (start: SingletonStart) => {
          const slow = await start.makeAsync('slow in shop.providers.ts', async () => {
            begun.fire()
            await go.fired
            return later('slow', seen)
          })
          const second = start.make('second in shop.providers.ts', () => atOnce('second', seen))
          return { slow, second }
        },
      },
    )
    const starting = expect(app.start()).rejects.toMatchObject({ code: 'JASPER_NOT_STARTED' })
    await begun.fired
    const stopping = app.stop()
    go.fire()
    await Promise.all([starting, stopping])
    expect(seen).toEqual(['slow is made', 'slow goes'])
  })

  it('that cannot be disposed of do not keep the others, and the log says which they were', async () => {
    const seen: string[] = []
    const { app, log } = smallApp(
      { Count: () => undefined },
      {
        singletons: async (start: SingletonStart) => {
          const first = await Promise.resolve(start.make('first in a.ts', () => later('first', seen)))
          const second = start.make('second in a.ts', () => atOnce('second', seen, () => { throw new Error('stuck') }))
          return { first, second, plain: start.make('plain in a.ts', () => undefined) }
        },
      },
    )
    await app.start()
    await app.stop()
    expect(seen.slice(2)).toEqual(['second goes', 'first goes'])
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { provider: 'second in a.ts', error: 'stuck' } }])
  })

  it('are made with the logger of the app and the services of its author', async () => {
    const { app, log } = smallApp(
      { Count: () => undefined },
      {
        services: { greeting: 'hello' },
        singletons: (async (start: SingletonStart, services: { readonly greeting: string }) => {
          start.log.warn(services.greeting)
          return await Promise.resolve({})
        }),
      },
    )
    await app.start()
    expect(log.has('hello')).toBe(true)
    await app.stop()
  })
})
