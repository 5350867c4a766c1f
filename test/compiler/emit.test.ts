import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildChains } from '../../compiler/chain/build-chains.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import type { Discovered, DiscoveredHandler, DiscoveredMessage, ReturnShape } from '../../compiler/discover/discovered.ts'
import { emitChain } from '../../compiler/emit/emit-chain.ts'
import { emitIndex, type IndexWishes } from '../../compiler/emit/emit-index.ts'
import { emitManifest } from '../../compiler/emit/emit-manifest.ts'
import { nameSingletons } from '../../compiler/emit/name-singletons.ts'
import { nameMessages } from '../../compiler/emit/name-messages.ts'
import { pg } from '../../compiler/integrations/pg.ts'
import { resolveFrames } from '../../compiler/resolve/resolve-frames.ts'
import { builtinType, discovered, fileType, handler, message, one, packageType, parameter, poolClient, span } from './by-hand.ts'

const mailer = fileType('src/mailer.ts', 'Mailer')

/** The text of every module but codecs, by path. */
function emit(input: Discovered, wishes: IndexWishes = { routes: undefined, policies: undefined, register: true }): Map<string, string> {
  const bag = new DiagnosticBag()
  const output = 'src/generated/jasper'
  const chains = buildChains(input, bag)
  const plans = resolveFrames(chains, { integrations: [pg], messages: input.messages, output }, bag)
  expect(bag.list()).toEqual([])
  const project = {
    outputFolder: output,
    style: input.imports,
    messages: new Map(input.messages.map((one) => [one.name, one])),
    namings: nameMessages(input.messages),
    integrations: [pg],
    singletons: nameSingletons(plans),
  }
  const modules = [...plans.map((plan) => emitChain(plan, project)), emitIndex(plans, project, wishes), emitManifest(input)]
  return new Map(modules.map(({ path, text }) => [path, text]))
}

/** The chain of message A, handled as given, among messages A, B and C. */
function chainOfA(...handlers: readonly Partial<DiscoveredHandler>[]): string {
  const input = discovered(
    handlers.map((more, index) => handler('A', { span: span('src/a.handler.ts', index + 1), ...more })),
    ['A', 'B', 'C'].map((name) => message(name)),
  )
  return emit(input).get('a.chain.ts') ?? ''
}

/** The statements of the chain's function, without indentation, comments and empty lines. */
function stepsOf(text: string): readonly string[] {
  const [, body = ''] = /^export async function [^]*? \{\n([^]*?)\n\}$/m.exec(text) ?? []
  return body.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('//'))
}

describe('a chain', () => {
  it('without a transaction neither opens one nor settles', () => {
    expect(stepsOf(chainOfA({ returns: one('B') }))).toEqual([
      'const { message } = run',
      'const result = await handle(message)',
      "run.cascade('B', result)",
      'return result',
    ])
  })

  it('with a transaction settles last, after everything was cascaded, then replies', () => {
    expect(stepsOf(chainOfA({ parameters: [parameter('tx', poolClient)], returns: one('B') }))).toEqual([
      'const { message } = run',
      'return await run.inTransaction(pgTransactions, async (tx) => {',
      'const result = await handle(message, tx)',
      "run.cascade('B', result)",
      'await run.settle()',
      'return result',
      '})',
    ])
  })

  it('that replies nothing in a transaction returns nothing', () => {
    const text = chainOfA({ parameters: [parameter('tx', poolClient)] })
    expect(stepsOf(text)).toContain('await run.inTransaction(pgTransactions, async (tx) => {')
    expect(text).toContain('aChain(run: ChainRun<A>): Promise<void> {')
    expect(text).not.toContain('return')
  })

  it('does not await a handler that is not async', () => {
    expect(stepsOf(chainOfA({ async: false }))).toContain('handle(message)')
  })

  it('reads off the run only what is asked for, each once', () => {
    const now = parameter('now', builtinType('Date'))
    const steps = stepsOf(chainOfA({ parameters: [now, parameter('log', packageType('jasper-runtime', 'Logger'))] }, { parameters: [now] }))
    expect(steps[0]).toBe('const { message, now, log } = run')
  })

  it('constructs a handler class anew, with its services', () => {
    const called = { kind: 'instance-method', file: 'src/b.handler.ts', export: 'OrderHandler', method: 'handle', constructorParameters: [parameter('post', mailer)] } as const
    expect(stepsOf(chainOfA({ function: called }))).toEqual([
      'const { message } = run',
      'const orderHandler = new OrderHandler(services.mailer)',
      'await orderHandler.handle(message)',
    ])
  })

  it('takes null and undefined for no message', () => {
    const returns: ReturnShape = { kind: 'one', alternatives: [{ message: 'B', test: { kind: 'only' } }], optional: true }
    const text = chainOfA({ returns })
    expect(stepsOf(text)).toEqual(expect.arrayContaining(["if (result != null) run.cascade('B', result)", 'return result ?? undefined']))
    expect(text).toContain('Promise<B | undefined>')
  })

  it('never lets an import take the name of something of its own', () => {
    const named = (name: string, line: number): Partial<DiscoveredHandler> => ({
      function: { kind: 'function', file: `src/${name}.handler.ts`, export: name },
      span: span(`src/${name}.handler.ts`, line),
    })
    const text = chainOfA(named('message', 1), named('run', 2), named('services', 3), named('aChain', 4))
    const imported = [...text.matchAll(/import \{ (\w+) as (\w+) \}/g)].map(([, name, local]) => [name, local])
    expect(imported.map(([name]) => name)).toEqual(['aChain', 'message', 'run', 'services'])
    for (const [, local] of imported) expect(stepsOf(text)).toContain(`await ${local}(message)`)
  })

  it('of a union asks a function which message it is, and the function throws for none and for two', () => {
    const text = chainOfA({ returns: one('B', 'C') })
    expect(stepsOf(text)).toContain('run.cascade(messageOf(result), result)')
    expect(text).toContain("if (name === undefined || names.length > 1) {\n    throw ambiguousReturn('handle in src/a.handler.ts', ['B', 'C'])")
  })
})

describe('the index', () => {
  const input = discovered([handler('A', { parameters: [parameter('post', mailer)], returns: one('B') })], [message('B'), message('A')])

  it('asks for services only where there are some', () => {
    expect(emit(input).get('index.ts')).toContain('readonly services: Services')
    const none = emit(discovered([handler('A')], [message('A')])).get('index.ts')
    expect(none).not.toContain('ervices')
    expect(none).toContain('export type CreateAppOptions = AppOptions')
  })

  it('registers its messages unless told not to', () => {
    expect(emit(input).get('index.ts')).toContain("declare module 'jasper-runtime'")
    expect(emit(input, { routes: undefined, policies: undefined, register: false }).get('index.ts')).not.toContain('declare module')
  })

  it('takes the routes from where the config says', () => {
    const text = emit(input, { routes: 'src/routes.ts', policies: undefined, register: true }).get('index.ts')
    expect(text).toContain("import routes from '../../routes.ts'")
    expect(text).toContain('{ chains, messages, routes }')
  })

  it.each([
    ['ts', "'../../mailer.ts'", "'./a.chain.ts'"],
    ['js', "'../../mailer.js'", "'./a.chain.js'"],
    ['none', "'../../mailer'", "'./a.chain'"],
  ] as const)('imports as the project does: %s', (extension, user, generated) => {
    const text = emit({ ...input, imports: { extension } }).get('index.ts')
    expect(text).toContain(user)
    expect(text).toContain(generated)
  })
})

describe('the manifest', () => {
  it('names every message with its version and shape, sorted', () => {
    const newer: DiscoveredMessage = { ...message('A'), version: 3, shape: { kind: 'object', members: [] } }
    const text = emit(discovered([], [message('B'), newer])).get('manifest.json') ?? ''
    expect(JSON.parse(text)).toEqual({
      messages: {
        A: { shape: { kind: 'object', members: [] }, version: 3 },
        B: { shape: { key: 'src/messages.ts#B', kind: 'ref' }, version: 1 },
      },
      shapes: {},
    })
    expect(text.indexOf('"A"')).toBeLessThan(text.indexOf('"B"'))
  })

  it('gives each member a line, and each line at most 100 columns where it can be broken', () => {
    const members = ['orderId', 'customer', 'said'].map((name) => ({ name, shape: { kind: 'string' as const }, optional: false }))
    const odd = { name: 'a "quoted"\n   name', shape: { kind: 'literal' as const, value: 'x\n   y' }, optional: true }
    const wide: DiscoveredMessage = { ...message('A'), shape: { kind: 'object', members: [...members, odd] } }
    const text = emit(discovered([], [wide])).get('manifest.json') ?? ''
    expect(JSON.parse(text).messages.A.shape).toEqual({ kind: 'object', members: [...members, odd] })
    expect(text).toContain('\n          { "name": "customer", "optional": false, "shape": { "kind": "string" } },\n')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})

describe('all of it', () => {
  it('is the same whatever the order of what was discovered', () => {
    const messages = ['A', 'B', 'C', 'orders.a'].map((name) => message(name, `src/${name}.ts`))
    const handlers = messages.flatMap(({ name }, index) => [
      handler(name, { span: span(`src/${index}.handler.ts`, 1), parameters: [parameter('mailer', mailer)], returns: one('B', 'C') }),
      handler(name, {
        span: span('src/all.handler.ts', index + 1),
        function: { kind: 'function', file: 'src/all.handler.ts', export: 'handle' },
        parameters: [parameter('tx', poolClient)],
      }),
    ])
    const expected = emit(discovered(handlers, messages))
    const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length })
    fc.assert(
      fc.property(shuffled(handlers), shuffled(messages), (someHandlers, someMessages) => {
        expect([...emit(discovered(someHandlers, someMessages))]).toEqual([...expected])
      }),
      { numRuns: 40 },
    )
  })
})
