import type { BoundArgument } from './bound-argument.ts'
import { argumentsIn } from './provider-frames.ts'
import { serviceName } from './service-name.ts'
import type { Frame } from './frames/frame.ts'
import type { Variable } from './variable.ts'
import type { Variables } from './variables.ts'
import type { HandlerFunction } from '../discover/discovered.ts'

/** The instances of handler classes in one chain: one of each class, made before its first method is called. */
export interface Instances {
  /** The instance that a method is called on, and the frame that makes it where it is asked for first. */
  for(called: HandlerFunction, constructorArguments: readonly BoundArgument[]): Instance
}

export interface Instance {
  readonly on: Variable | undefined
  readonly frames: readonly Frame[]
}

export function createInstances(variables: Variables): Instances {
  const made = new Set<Variable>()
  return {
    for(called, constructorArguments) {
      if (called.kind !== 'instance-method') return { on: undefined, frames: [] }
      const { file, export: name } = called
      const on = variables.shared({ kind: 'instance', file, class: name }, serviceName(name), undefined)
      if (made.has(on)) return { on, frames: [] }
      made.add(on)
      const uses = argumentsIn(constructorArguments, variables)
      return { on, frames: [{ kind: 'construct-handler', makes: on, class: { file, export: name, ...(called.package !== undefined && { package: called.package }) }, uses }] }
    },
  }
}
