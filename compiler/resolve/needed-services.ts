import type { BoundArgument } from './bound-argument.ts'
import { providerKey } from './bound-provider.ts'
import type { FramePlan, ServiceNeed } from './frame-plan.ts'

/** All services that some chains need, themselves or through providers, each once, sorted by name. */
export function neededServices(plans: readonly Pick<FramePlan, 'arguments'>[]): readonly ServiceNeed[] {
  return servicesIn(plans.flatMap((plan) => plan.arguments))
}

/** The services that some arguments need, themselves or through providers, each once, sorted by name. */
export function servicesIn(bound: readonly BoundArgument[]): readonly ServiceNeed[] {
  const needs = new Map<string, ServiceNeed>()
  const visited = new Set<string>()
  const visit = ({ source, parameter: { type } }: BoundArgument): void => {
    if (source.kind === 'service' && !needs.has(source.name)) needs.set(source.name, { name: source.name, type })
    if (source.kind !== 'provider' || visited.has(providerKey(source.of.provider))) return
    visited.add(providerKey(source.of.provider))
    source.of.arguments.forEach(visit)
  }
  bound.forEach(visit)
  return [...needs.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
