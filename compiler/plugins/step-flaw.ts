import type { StepConstant } from 'jasper-runtime/config'
import type { NamedStep } from '../policies/facts-worker.ts'
import type { DiscoveredMiddleware } from '../discover/middleware.ts'
import type { TypeRef } from '../discover/type-ref.ts'

/** What is wrong with what a step says of the function that it calls; `undefined`: nothing that can be seen here. */
export function stepFlaw(step: NamedStep, { parameters, returns }: DiscoveredMiddleware): string | undefined {
  for (const [name, given] of Object.entries(step.with)) {
    const parameter = parameters.find((one) => one.name === name)
    if (parameter === undefined) {
      const names = parameters.map((one) => one.name).join(', ')
      return `it has no parameter ${name} to be given${names === '' ? '' : `, only ${names}`}`
    }
    if (given.kind === 'constant' && !mayTake(parameter.type, given.value)) {
      return `its parameter ${name} is of type ${parameter.type.text}, and is given ${JSON.stringify(given.value)}`
    }
  }
  if (step.makes === undefined) return undefined
  if (!/^[A-Za-z_$][\w$]*$/.test(step.makes)) return `${JSON.stringify(step.makes)} is no name for a value`
  const isOne = returns.kind === 'value' || (returns.kind === 'work' && returns.value !== undefined)
  return isOne ? undefined : `it does not make one value that could be called ${step.makes}`
}

/** Types that are not those of the language are judged by tsc, in the generated code. */
function mayTake({ origin, symbol }: TypeRef, value: StepConstant): boolean {
  const isPrimitive = origin.kind === 'builtin' && ['string', 'number', 'boolean', 'bigint', 'symbol'].includes(symbol)
  return !isPrimitive || typeof value === symbol
}
