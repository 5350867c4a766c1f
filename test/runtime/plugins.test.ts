import { definePlugin, step, stepsOf, variable, type ChainFacts, type Plugin } from 'jasper-runtime/config'
import { describe, expect, it } from 'vitest'

const facts: ChainFacts = {
  message: 'PlaceOrder',
  version: 1,
  file: 'src/messages.ts',
  handlers: [{ name: 'handle', file: 'src/a.handler.ts', parameters: [{ name: 'command', type: 'PlaceOrder' }] }],
  transaction: undefined,
  sends: [],
  separate: false,
}
const beforeAudit = (): void => {}
const answering = (answer: unknown): Plugin => () => answer as readonly []

describe('what a plugin answers of a chain', () => {
  it('are functions, and steps with what they are given', () => {
    const plugin = definePlugin(({ message }) => [beforeAudit, step(beforeAudit, { with: { table: message, order: variable('order') }, makes: 'trail' })])
    expect(stepsOf(plugin, facts)).toEqual([
      { call: beforeAudit, with: {}, makes: undefined },
      { call: beforeAudit, with: { table: { kind: 'constant', value: 'PlaceOrder' }, order: { kind: 'variable', name: 'order' } }, makes: 'trail' },
    ])
  })

  it('is nothing where it has no steps for it', () => {
    expect([stepsOf(answering(undefined), facts), stepsOf(answering(null), facts), stepsOf(answering([]), facts)]).toEqual([[], [], []])
  })

  it.each([
    ['an object', {}, 'it answers with an object, and not with a list of steps'],
    ['a promise', Promise.resolve([]), 'it answers with a promise, and not with a list of steps'],
    ['a name', ['beforeAudit'], 'entry 1 of its answer is beforeAudit, and no step'],
    ['a date to write down', [step(beforeAudit, { with: { since: new Date(0) as never } })], 'what it gives to the parameter since, an object, cannot'],
    ['what is no number', [step(beforeAudit, { with: { most: Number.NaN } })], 'what it gives to the parameter most, NaN, cannot'],
  ])('is refused where it is %s', (_, answer, reason) => {
    expect(() => stepsOf(answering(answer), facts)).toThrow(reason)
  })

  it('is refused with what it throws', () => {
    const plugin = definePlugin(() => {
      throw new Error('no table')
    })
    expect(() => stepsOf(plugin, facts)).toThrow('no table')
    expect(() => stepsOf('plugin', facts)).toThrow('its default export is no function')
  })
})
