import { describe, expect, it } from 'vitest'
import { buildChains } from '../../compiler/chain/build-chains.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import type { DiscoveredHandler } from '../../compiler/discover/discovered.ts'
import type { TypeRef } from '../../compiler/discover/type-ref.ts'
import type { Integration } from '../../compiler/integrations/integration.ts'
import { pg } from '../../compiler/integrations/pg.ts'
import { resolveFrames } from '../../compiler/resolve/resolve-frames.ts'
import { serviceName } from '../../compiler/resolve/service-name.ts'
import { anonymousType, builtinType, discovered, fileType, handler, message, one, packageType, parameter, poolClient, span } from './by-hand.ts'

const knex: Integration = {
  name: 'knex',
  adapter: { from: 'jasper-runtime/knex', name: 'knexTransactions' },
  provides: ['knex#Knex.Transaction'],
  roots: ['knex#Knex'],
  stores: ['postgres'],
}
const mailer = fileType('src/mailer.ts', 'Mailer')
const messages = [message('A'), message('B'), message('C')]

function resolve(...handlers: readonly DiscoveredHandler[]) {
  const bag = new DiagnosticBag()
  const chains = buildChains(discovered(handlers, messages), bag)
  const plans = resolveFrames(chains, { integrations: [pg, knex], messages, output: 'src/generated/jasper' }, bag)
  return { plans, diagnostics: bag.list() }
}

function asking(name: string, type: TypeRef) {
  return resolve(handler('A', { parameters: [parameter(name, type)] }))
}

/** Where the parameter after the message comes from. */
function sourceOf(name: string, type: TypeRef) {
  const { plans, diagnostics } = asking(name, type)
  expect(diagnostics).toEqual([])
  const all = plans[0]?.frames.flatMap((frame) => (frame.kind === 'around' ? frame.inside : [frame])) ?? []
  const call = all.find((frame) => frame.kind === 'call-handler')
  return call?.kind === 'call-handler' ? call.uses[1]?.source : undefined
}

function codeOf(name: string, type: TypeRef) {
  const { diagnostics } = asking(name, type)
  return diagnostics.map((diagnostic) => diagnostic.code)
}

describe('where an argument comes from', () => {
  it.each([
    ['context', packageType('jasper-runtime', 'MessageContext'), 'context'],
    ['anything', fileType('src/generated/jasper/index.ts', 'Context'), 'context'],
    ['envelope', packageType('jasper-runtime', 'Envelope'), 'envelope'],
    ['logger', packageType('jasper-runtime', 'Logger'), 'log'],
    ['stop', builtinType('AbortSignal'), 'signal'],
    ['now', builtinType('Date'), 'now'],
  ])('%s is read off the run', (name, type, member) => {
    expect(sourceOf(name, type)).toEqual({ kind: 'run', member })
  })

  it('a Context of the user\'s own is a service, for it is not of the output folder', () => {
    expect(sourceOf('context', fileType('src/context.ts', 'Context'))).toEqual({ kind: 'service', name: 'context' })
  })

  it.each([
    ['the type itself', poolClient],
    ['an ancestor', fileType('src/db.ts', 'AppClient', { ancestors: [poolClient] })],
    ['the root of the family', packageType('pg', 'ClientBase')],
  ])('a transaction is known by %s', (_, type) => {
    expect(sourceOf('tx', type)).toEqual({ kind: 'transaction' })
  })

  it('anything else that can be imported is a service, by the name of its type', () => {
    expect(sourceOf('post', mailer)).toEqual({ kind: 'service', name: 'mailer' })
  })

  it('an optional parameter gets its service too', () => {
    expect(sourceOf('post', { ...mailer, optional: true })).toEqual({ kind: 'service', name: 'mailer' })
  })

  it('defaults of type arguments need not be written, so they need not be exported', () => {
    const server = packageType('http', 'Server', { typeArguments: [anonymousType('typeof IncomingMessage')] })
    expect(sourceOf('server', server)).toEqual({ kind: 'service', name: 'server' })
  })
})

describe('arguments without a source', () => {
  it.each([
    ['a primitive', 'limit', builtinType('number'), 'JG4001'],
    ['a type of the language', 'seen', builtinType('Set'), 'JG4001'],
    ['a type written in place', 'options', anonymousType('{ limit: number }'), 'JG4002'],
    ['a type that is not exported', 'mailer', { ...mailer, importable: undefined }, 'JG4003'],
    ['a type argument that is not exported', 'orders', { ...mailer, text: 'Mailer<{ id: string }>', typeArguments: [anonymousType('{ id: string }')] }, 'JG4003'],
    ['a date that is not now', 'since', builtinType('Date'), 'JG4004'],
    ['a pool', 'pool', packageType('pg', 'Pool'), 'JG4006'],
    ['a client of one\'s own', 'client', packageType('pg', 'Client', { ancestors: [packageType('pg', 'ClientBase')] }), 'JG4006'],
    ['the bus', 'bus', packageType('jasper-runtime', 'MessageBus'), 'JG4007'],
    ['a second message', 'other', message('B').type, 'JG4008'],
  ])('%s', (_, name, type, code) => {
    expect(codeOf(name, type)).toEqual([code])
  })

  it('are all reported at once, each with its path', () => {
    const { diagnostics } = resolve(
      handler('A', { parameters: [parameter('limit', builtinType('number'), 1), parameter('pool', packageType('pg', 'Pool'), 2)] }),
      handler('B', { parameters: [parameter('name', builtinType('string'), 3)] }),
    )
    expect(diagnostics.map(({ path }) => path)).toEqual([
      'handle(command, limit, pool) → number',
      'handle(command, limit, pool) → Pool',
      'handle(command, name) → string',
    ])
  })

  it('are looked for in constructors too', () => {
    const limit = parameter('limit', builtinType('number'))
    const { diagnostics } = resolve(
      handler('A', {
        function: { kind: 'instance-method', file: 'src/a.handler.ts', export: 'OrderHandler', method: 'handle', constructorParameters: [limit] },
      }),
    )
    expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([['JG4001', 'new OrderHandler(limit) → number']])
  })
})

describe('services of the app', () => {
  it('two types of one name are JG4005, also in two chains', () => {
    const { diagnostics } = resolve(
      handler('A', { parameters: [parameter('mailer', mailer, 3)] }),
      handler('B', { parameters: [parameter('mailer', packageType('post-office', 'Mailer'), 8)] }),
    )
    expect(diagnostics.map(({ code, span, notes }) => [code, span?.line, notes[0]?.span.line])).toEqual([['JG4005', 8, 3]])
  })

  it('one generic type with two arguments is two types', () => {
    const repository = (name: string) => packageType('orm', 'Repository', { typeArguments: [fileType('src/entities.ts', name)] })
    const { diagnostics } = resolve(handler('A', { parameters: [parameter('orders', repository('Order')), parameter('items', repository('Item'))] }))
    expect(diagnostics.map(({ code }) => code)).toEqual(['JG4005'])
  })

  it('one type in several chains is one service', () => {
    const wants = { parameters: [parameter('post', mailer)] }
    const { plans, diagnostics } = resolve(handler('A', wants), handler('B', wants))
    expect(diagnostics).toEqual([])
    expect(plans.map((plan) => plan.services)).toEqual([[{ name: 'mailer', type: mailer }], [{ name: 'mailer', type: mailer }]])
  })

  it.each([
    ['Mailer', 'mailer'],
    ['SMTPClient', 'smtpClient'],
    ['HTTP', 'http'],
    ['S3', 's3'],
    ['IClock', 'iClock'],
    ['OrderRepository', 'orderRepository'],
    ['Knex.Client', 'knexClient'],
    ['$db', '$db'],
  ])('%s is called %s', (symbol, name) => {
    expect(serviceName(symbol)).toBe(name)
  })
})

describe('the order of the steps', () => {
  it('a chain without a transaction reads, calls, cascades and replies', () => {
    const { plans } = resolve(handler('A', { returns: one('B'), parameters: [parameter('now', builtinType('Date'))] }))
    expect(plans[0]?.frames.map((frame) => frame.kind)).toEqual(['read-run', 'read-run', 'call-handler', 'cascade', 'reply'])
    expect(plans[0]?.integration).toBeUndefined()
  })

  it('one handler that asks for a transaction takes all of them into it, and settling comes last', () => {
    const { plans } = resolve(
      handler('A', { span: span('src/a.handler.ts', 1), returns: one('B') }),
      handler('A', { span: span('src/a.handler.ts', 2), parameters: [parameter('tx', poolClient)] }),
    )
    expect(plans[0]?.integration).toBe('pg')
    expect(plans[0]?.frames.map((frame) => frame.kind)).toEqual(['read-run', 'around'])
    const inside = plans[0]?.frames.flatMap((frame) => (frame.kind === 'around' ? frame.inside : []))
    expect(inside?.map((frame) => frame.kind)).toEqual(['call-handler', 'cascade', 'call-handler', 'settle', 'reply'])
  })

  it('two libraries in one chain are JG4010, with both parameters', () => {
    const { diagnostics } = resolve(
      handler('A', { span: span('src/a.handler.ts', 1), parameters: [parameter('tx', poolClient, 1)] }),
      handler('A', { span: span('src/a.handler.ts', 2), parameters: [parameter('trx', packageType('knex', 'Knex.Transaction'), 2)] }),
    )
    expect(diagnostics.map(({ code, span, notes }) => [code, span?.line, notes[0]?.span.line])).toEqual([['JG4010', 2, 1]])
  })

  it('a method of an instance has its class constructed just before, with its services', () => {
    const { plans } = resolve(
      handler('A', {
        function: { kind: 'instance-method', file: 'src/a.handler.ts', export: 'OrderHandler', method: 'handle', constructorParameters: [parameter('post', mailer)] },
        parameters: [parameter('mailer', mailer)],
      }),
    )
    const [, construct, call] = plans[0]?.frames ?? []
    if (construct?.kind !== 'construct-handler' || call?.kind !== 'call-handler') throw new Error('expected a construction, then a call')
    expect(construct.makes.hint).toBe('orderHandler')
    expect(call.on).toBe(construct.makes)
    expect(call.uses[1]).toBe(construct.uses[0])
  })
})
