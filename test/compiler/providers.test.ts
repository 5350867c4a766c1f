import { describe, expect, it } from 'vitest'
import { buildChains } from '../../compiler/chain/build-chains.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import type { DiscoveredHandler, DiscoveredParameter, DiscoveredProvider } from '../../compiler/discover/discovered.ts'
import type { TypeRef } from '../../compiler/discover/type-ref.ts'
import { pg } from '../../compiler/integrations/pg.ts'
import { neededServices } from '../../compiler/resolve/needed-services.ts'
import { resolveFrames } from '../../compiler/resolve/resolve-frames.ts'
import { builtinType, discovered, fileType, handler, message, packageType, parameter, poolClient, span } from './by-hand.ts'

const file = 'src/shop.providers.ts'
const orders = fileType('src/orders.ts', 'Orders')
const clock = fileType('src/clock.ts', 'Clock')
const mailer = fileType('src/mailer.ts', 'Mailer')

let line = 0
function provider(
  name: string,
  type: TypeRef,
  parameters: readonly DiscoveredParameter[] = [],
  more: Partial<DiscoveredProvider> = {},
): DiscoveredProvider {
  line += 1
  const plain = { kind: 'function', serves: [], async: false, perMessage: false, disposable: false } as const
  return { ...plain, file, export: name, type, parameters, span: span(file, line), ...more }
}

function resolve(providers: readonly DiscoveredProvider[], ...handlers: readonly DiscoveredHandler[]) {
  const tenanted = fileType('src/messages.ts', 'Tenanted')
  const a = { ...message('A'), type: fileType('src/messages.ts', 'A', { ancestors: [tenanted] }) }
  const messages = [a, message('B')]
  const bag = new DiagnosticBag()
  const chains = buildChains(discovered(handlers, messages), bag)
  const plans = resolveFrames(chains, { integrations: [pg], messages, output: 'src/generated/jasper', providers }, bag)
  return { plans, diagnostics: bag.list() }
}

/** The steps of the chain of A, whose handler asks for some types: `orders(tx)`, `in pg`, `handle`. */
function steps(providers: readonly DiscoveredProvider[], ...types: readonly TypeRef[]): readonly string[] {
  const { plans, diagnostics } = resolve(providers, handler('A', { parameters: types.map((type) => parameter('wanted', type)) }))
  expect(diagnostics).toEqual([])
  const frames = plans.flatMap((plan) => plan.frames)
  return frames.flatMap(function told(frame): readonly string[] {
    if (frame.kind === 'around') return [`in ${frame.calls.kind === 'transaction' ? frame.calls.integration : ''}`, ...frame.inside.flatMap(told)]
    if (frame.kind === 'call-provider') return [`${frame.provider.export}(${frame.uses.map(({ hint }) => hint).join(', ')})`]
    return frame.kind === 'call-handler' ? [`handle(${frame.uses.map(({ hint }) => hint).join(', ')})`] : []
  })
}

function codes(providers: readonly DiscoveredProvider[], ...types: readonly TypeRef[]) {
  const { diagnostics } = resolve(providers, handler('A', { parameters: types.map((type) => parameter('wanted', type)) }))
  return diagnostics.map(({ code, path }) => [code, path])
}

describe('how long a value lives', () => {
  it.each([
    ['nothing', []],
    ['a service', [parameter('mailer', mailer)]],
    ['the logger, which is the app’s', [parameter('log', packageType('jasper-runtime', 'Logger'))]],
  ])('made from %s it lives as long as the app', (_, parameters) => {
    expect(steps([provider('makeOrders', orders, parameters)], orders)).toEqual(['handle(message, orders)'])
  })

  it.each([
    ['the message', parameter('a', message('A').type), 'message'],
    ['what the message extends', parameter('a', fileType('src/messages.ts', 'Tenanted')), 'message'],
    ['its context', parameter('context', packageType('jasper-runtime', 'MessageContext')), 'context'],
    ['its envelope', parameter('envelope', packageType('jasper-runtime', 'Envelope')), 'envelope'],
    ['its signal', parameter('stop', builtinType('AbortSignal')), 'signal'],
    ['its instant', parameter('now', builtinType('Date')), 'now'],
  ])('made from %s it lives as long as that', (_, needed, used) => {
    expect(steps([provider('makeOrders', orders, [needed])], orders)).toEqual([`makeOrders(${used})`, 'handle(message, orders)'])
  })

  it('is no longer than that of what it is made from', () => {
    const providers = [provider('makeOrders', orders, [parameter('clock', clock)]), provider('makeClock', clock, [parameter('now', builtinType('Date'))])]
    expect(steps(providers, orders)).toEqual(['makeClock(now)', 'makeOrders(clock)', 'handle(message, orders)'])
  })

  it('is that of the message where the provider says so', () => {
    expect(steps([provider('makeOrders', orders, [], { perMessage: true })], orders)).toEqual(['makeOrders()', 'handle(message, orders)'])
  })
})

describe('a value for one message', () => {
  const ofMessage = [parameter('a', message('A').type)]

  it('is made once, before the first that asks for it, and shared by all', () => {
    const providers = [provider('makeOrders', orders, [...ofMessage, parameter('clock', clock)]), provider('makeClock', clock, ofMessage)]
    expect(steps(providers, clock, orders, clock)).toEqual(['makeClock(message)', 'makeOrders(message, clock)', 'handle(message, clock, orders, clock)'])
  })

  it('is made in the transaction if it needs it, which it makes the chain have, and before it if it does not', () => {
    const providers = [provider('makeOrders', orders, [parameter('tx', poolClient), parameter('clock', clock)]), provider('makeClock', clock, ofMessage)]
    expect(steps(providers, orders)).toEqual(['makeClock(message)', 'in pg', 'makeOrders(tx, clock)', 'handle(message, orders)'])
  })

  it('of another message is JG4014', () => {
    const providers = [provider('makeOrders', orders, [parameter('b', message('B').type)])]
    expect(codes(providers, orders)).toEqual([['JG4014', 'handle(command, wanted) → Orders → makeOrders(b) → B']])
  })
})

describe('who provides a type', () => {
  const pgOrders = fileType('src/pg-orders.ts', 'PgOrders')
  const asClass = provider('PgOrders', pgOrders, [parameter('now', builtinType('Date'))], { kind: 'class', serves: [orders] })
  const asFunction = provider('make', pgOrders, [parameter('context', packageType('jasper-runtime', 'MessageContext'))], { serves: [orders] })

  it('a class is made by its constructor, also for those who ask for what it implements', () => {
    expect(steps([asClass], pgOrders, orders)).toEqual(['PgOrders(now)', 'handle(message, pgOrders, pgOrders)'])
  })

  it('a function of that type stands before the constructor, for those who ask for what it implements, too', () => {
    expect(steps([asClass, asFunction], pgOrders)[0]).toBe('make(context)')
    expect(steps([asClass, asFunction], orders)[0]).toBe('make(context)')
  })

  it('the type itself stands before what extends it, and all providers before services', () => {
    const exact = provider('exactly', orders, [parameter('pgOrders', pgOrders)], { perMessage: true })
    expect(steps([asClass, exact], orders)).toEqual(['PgOrders(now)', 'exactly(pgOrders)', 'handle(message, orders)'])
  })

  it('the arguments of a generic type are part of it', () => {
    const of = (name: string) => packageType('orm', 'Repository', { typeArguments: [fileType('src/entities.ts', name)] })
    const providers = ['Order', 'Item'].map((name) => provider(`of${name}`, of(name), [], { perMessage: true }))
    expect(steps(providers, of('Item'))[0]).toBe('ofItem()')
  })

  it('the run and the transaction stand before providers', () => {
    const providers = [provider('log', packageType('jasper-runtime', 'Logger')), provider('client', poolClient)]
    expect(steps(providers, packageType('jasper-runtime', 'Logger'), poolClient)).toEqual(['in pg', 'handle(message, log, tx)'])
  })

  it('a connection outside the transaction may be asked for where a provider makes it', () => {
    const pool = packageType('pg', 'Pool')
    expect(codes([], pool)).toEqual([['JG4006', 'handle(command, wanted) → Pool']])
    expect(codes([provider('pool', pool)], pool)).toEqual([])
  })

  it('two of exactly the type are JG4011, and two that serve it; one that nobody asks for is nothing', () => {
    const two = [provider('one', clock), provider('two', clock)]
    expect(codes(two, clock)).toEqual([['JG4011', 'handle(command, wanted) → Clock']])
    const serving = ['A', 'B'].map((name) => provider(`of${name}`, fileType('src/c.ts', name), [], { serves: [clock] }))
    expect(codes(serving, clock)).toEqual([['JG4011', 'handle(command, wanted) → Clock']])
    expect(codes([...two, ...serving, provider('broken', orders, [parameter('n', builtinType('number'))])], mailer)).toEqual([])
  })
})

describe('what a provider asks for', () => {
  it('is a service where nobody provides it, of the app as of the handlers', () => {
    const { plans } = resolve([provider('makeOrders', orders, [parameter('mailer', mailer)])], handler('A', { parameters: [parameter('orders', orders)] }))
    expect(neededServices(plans).map(({ name }) => name)).toEqual(['mailer'])
  })

  it('is reported once where it cannot be found, with the way of the first who needs it', () => {
    const providers = [provider('makeOrders', orders, [parameter('limit', builtinType('number'))])]
    const asks = { parameters: [parameter('orders', orders)] }
    const { diagnostics } = resolve(providers, handler('A', asks), handler('B', asks))
    expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([['JG4001', 'handle(command, orders) → Orders → makeOrders(limit) → number']])
  })

  it('is left out where it is optional and nobody provides it; what follows is still in its place', () => {
    const optional = (type: TypeRef): DiscoveredParameter => ({ ...parameter('more', type), optional: true })
    const providers = [
      provider('makeOrders', orders, [optional(mailer), parameter('clock', clock), optional(builtinType('number'))], { perMessage: true }),
      provider('makeClock', clock, [optional(mailer)], { perMessage: true }),
    ]
    expect(steps(providers, orders)).toEqual(['makeClock()', 'makeOrders(more, clock)', 'handle(message, orders)'])
  })

  it('may be nothing only where the parameter allows it', () => {
    const perhaps = [provider('makeClock', { ...clock, optional: true })]
    expect(codes(perhaps, clock)).toEqual([['JG4013', 'handle(command, wanted) → Clock']])
    expect(codes(perhaps, { ...clock, optional: true })).toEqual([])
  })

  it('may not lead back to it, however long the way', () => {
    const asksItself = [provider('makeClock', clock, [parameter('clock', clock)])]
    expect(codes(asksItself, clock)).toEqual([['JG4012', 'handle(command, wanted) → Clock → makeClock(clock) → Clock']])
    const circle = [
      provider('makeClock', clock, [parameter('mailer', mailer)]),
      provider('makeMailer', mailer, [parameter('orders', orders)]),
      provider('makeOrders', orders, [parameter('clock', clock)]),
    ]
    expect(codes(circle, orders)).toEqual([
      ['JG4012', 'handle(command, wanted) → Orders → makeOrders(clock) → Clock → makeClock(mailer) → Mailer → makeMailer(orders) → Orders'],
    ])
  })
})
