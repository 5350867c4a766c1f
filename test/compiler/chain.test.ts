import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildChains as build } from '../../compiler/chain/build-chains.ts'
import { replyOf } from '../../compiler/chain/reply-of.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import type { Discovered, ReturnShape, ReturnWrapper } from '../../compiler/discover/discovered.ts'
import { discovered, handler, message, one, span } from './by-hand.ts'

function wrapped(wrapper: ReturnWrapper, name: string): ReturnShape {
  return { kind: 'one', alternatives: [{ message: name, wrapper, test: { kind: 'only' } }], optional: false }
}

describe('the reply of a returned value', () => {
  const tuple = (...elements: readonly ReturnShape[]): ReturnShape => ({ kind: 'tuple', elements, optional: false })
  const nothing: ReturnShape = { kind: 'nothing' }

  it('is the value itself where nothing in it is for others', () => {
    for (const whole of [nothing, one('A', 'B'), tuple(one('A'), nothing, one('B'))]) expect(replyOf(whole)).toBe(whole)
  })

  it('is nothing where all of it is for others', () => {
    expect(replyOf(wrapped('scheduled', 'A'))).toEqual(nothing)
    expect(replyOf(tuple(wrapped('sent-to', 'A'), wrapped('with-options', 'B')))).toEqual(nothing)
  })

  it('is what is left of a tuple: one part alone, or a tuple of several', () => {
    expect(replyOf(tuple(one('A'), wrapped('scheduled', 'B')))).toEqual(one('A'))
    expect(replyOf(tuple(one('A'), wrapped('scheduled', 'B'), one('C')))).toEqual(tuple(one('A'), one('C')))
  })

  it('is what stands in reply(…) where a tuple has one', () => {
    expect(replyOf(tuple(one('A'), wrapped('reply', 'B')))).toMatchObject({ kind: 'one', alternatives: [{ message: 'B' }], optional: false })
  })

  it('may be missing where an alternative is for others', () => {
    const alternatives = [...alternativesOf(one('A')), ...alternativesOf(wrapped('scheduled', 'B'))]
    expect(replyOf({ kind: 'one', alternatives, optional: false })).toEqual({ ...one('A'), optional: true })
  })

  it('of what is iterated over is an array', () => {
    expect(replyOf({ kind: 'many', alternatives: alternativesOf(one('A')), optional: true, sparse: true, iterated: 'async' })).toEqual({
      kind: 'many',
      alternatives: alternativesOf(one('A')),
      optional: false,
    })
  })

  const alternativesOf = (shape: ReturnShape) => (shape.kind === 'one' ? shape.alternatives : [])
})

function buildChains(input: Discovered) {
  const bag = new DiagnosticBag()
  return { chains: build(input, bag), diagnostics: bag.list() }
}

describe('building chains', () => {
  it('groups the handlers of a message and leaves out messages that nobody handles', () => {
    const place = handler('PlaceOrder', { returns: one('OrderPlaced') })
    const { chains, diagnostics } = buildChains(discovered([place], [message('OrderPlaced'), message('PlaceOrder')]))

    expect(diagnostics).toEqual([])
    expect(chains.map((chain) => chain.message.name)).toEqual(['PlaceOrder'])
    expect(chains[0]).toMatchObject({ cascades: ['OrderPlaced'], replying: 0 })
  })

  it('calls handlers by file, then from the top of the file down, however they were found', () => {
    const inOrder = [
      handler('A', { span: span('src/Z.handler.ts', 9) }),
      handler('A', { span: span('src/a.handler.ts', 2) }),
      handler('A', { span: span('src/a.handler.ts', 10) }),
      handler('A', { span: span('src/b.handler.ts', 1) }),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), (shuffled) => {
        const { chains } = buildChains(discovered(shuffled, [message('A')]))
        expect(chains[0]?.handlers).toEqual(inOrder)
      }),
    )
  })

  it('sorts chains by the name of their message', () => {
    const { chains } = buildChains(discovered([handler('B'), handler('A')], [message('B'), message('A')]))
    expect(chains.map((chain) => chain.message.name)).toEqual(['A', 'B'])
  })

  it('finds the replying handler among those that return nothing', () => {
    const silent = handler('A', { span: span('src/a.handler.ts', 1) })
    const replying = handler('A', { span: span('src/a.handler.ts', 2), returns: one('B') })
    const { chains } = buildChains(discovered([replying, silent], [message('A'), message('B')]))
    expect(chains[0]?.replying).toBe(1)
  })

  it('has no reply where no handler returns anything', () => {
    const { chains } = buildChains(discovered([handler('A')], [message('A')]))
    expect(chains[0]).toMatchObject({ replying: undefined, cascades: [] })
  })

  it('says JG3001 at each further handler that returns something, and points at the first', () => {
    const at = (line: number) => handler('A', { span: span('src/a.handler.ts', line), returns: one('B') })
    const { diagnostics } = buildChains(discovered([at(7), at(3), at(5)], [message('A'), message('B')]))

    expect(diagnostics.map(({ code, span }) => [code, span?.line])).toEqual([['JG3001', 5], ['JG3001', 7]])
    expect(diagnostics[0]?.notes.map((note) => note.span.line)).toEqual([3])
  })

  it('counts no handler as replying whose messages are all for others, or who only has side effects', () => {
    const sideEffects = [{ name: 'SaveAudit', parameters: [], async: true, test: { kind: 'only' } }] as const
    const later: ReturnShape = { kind: 'one', alternatives: [{ message: 'B', wrapper: 'scheduled', test: { kind: 'only' } }], optional: false }
    const saving: ReturnShape = { kind: 'one', alternatives: [], sideEffects, optional: false }
    const at = (line: number, returns: ReturnShape) => handler('A', { span: span('src/a.handler.ts', line), returns })
    const { chains, diagnostics } = buildChains(discovered([at(1, later), at(2, saving), at(3, one('C'))], ['A', 'B', 'C'].map((name) => message(name))))
    expect(diagnostics).toEqual([])
    expect(chains[0]).toMatchObject({ cascades: ['B', 'C'], replying: 2 })
  })

  it('does not count what goes to the caller alone as sent', () => {
    const returns: ReturnShape = { kind: 'tuple', elements: [one('C'), wrapped('reply', 'B')], optional: false }
    const { chains } = buildChains(discovered([handler('A', { returns })], ['A', 'B', 'C'].map((name) => message(name))))
    expect(chains[0]).toMatchObject({ cascades: ['C'], replying: 0 })
  })

  it('gathers the messages of tuples and unions, each once', () => {
    const returns: ReturnShape = { kind: 'tuple', elements: [one('C', 'B'), one('B')], optional: false }
    const { chains } = buildChains(discovered([handler('A', { returns })], [message('A')]))
    expect(chains[0]?.cascades).toEqual(['B', 'C'])
  })
})
