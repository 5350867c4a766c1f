import type { AnsweredArgument } from 'jasper-runtime/config'
import { pathOf, type Asking } from './asking.ts'
import type { BoundArgument } from './bound-argument.ts'
import { isContent, valuesOf, type SeenValue } from './middleware-values.ts'
import type { Solver } from './solve.ts'
import type { VariableSource } from './variable.ts'
import type { Chain } from '../chain/chain.ts'
import { handlerPlace } from '../chain/handler-name.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'

/** What a plugin gives to a parameter of its step; `undefined` where there is no such thing, and then the bag says so. */
export function givenBy(
  given: AnsweredArgument,
  asking: Asking,
  chain: Chain,
  solver: Solver,
  bag: DiagnosticBag,
): BoundArgument | undefined {
  const { asker, parameter } = asking
  if (given.kind === 'constant') return { asker, parameter, source: { kind: 'constant', value: given.value } }
  const { name } = given
  const values = valuesIn(chain, asking)
  const [seen, another] = values.filter(({ value }) => value.name === name)
  if (seen !== undefined && another === undefined) {
    const { step, index, maker } = seen
    const source: VariableSource = { kind: 'middleware', step, index, name, maker: handlerPlace(maker.function) }
    return isContent(asking, seen, bag) ? { asker, parameter, source } : undefined
  }
  const source = seen === undefined ? ofRun[name] : undefined
  if (source !== undefined) return { asker, parameter, source }
  const asked = chain.handlers.flatMap((handler) => [handler.messageParameter, ...handler.parameters]).find((one) => one.name === name)
  if (seen === undefined && asked !== undefined) {
    const found = solver.bind({ ...asking, parameter: { ...asked, span: parameter.span } })
    return found && { ...found, parameter }
  }
  const parameters = chain.handlers.flatMap((handler) => handler.parameters.map((one) => one.name))
  const names = [...new Set([...Object.keys(ofRun), ...values.map(({ value }) => value.name), ...parameters])].join(', ')
  const reason = seen === undefined ? 'has no such variable' : 'has several of that name'
  bag.report('JG4025', { variable: name, message: chain.message.name, parameter: parameter.name, reason, names }, {
    span: parameter.span,
    label: 'given what?',
    path: pathOf(asking),
  })
  return undefined
}

/** Every value that other middleware makes. */
function valuesIn(chain: Chain, { by }: Asking): readonly SeenValue[] {
  return (chain.middleware ?? []).flatMap((maker, step) => {
    if (step === by?.step) return []
    return valuesOf(maker.returns).flatMap((value, index) => (value === undefined ? [] : [{ maker, step, index, value }]))
  })
}

const ofRun: Readonly<Record<string, VariableSource | undefined>> = {
  message: { kind: 'message' },
  envelope: { kind: 'run', member: 'envelope' },
  context: { kind: 'run', member: 'context' },
  log: { kind: 'run', member: 'log' },
  now: { kind: 'run', member: 'now' },
  signal: { kind: 'run', member: 'signal' },
}
