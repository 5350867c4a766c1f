import type { ServiceMember } from './chain-module.ts'
import { propertyKey } from './code.ts'

/** The type of the services that a function takes. */
export function servicesType(members: readonly ServiceMember[]): string {
  return `{ ${members.map(({ name, type }) => `readonly ${propertyKey(name)}: ${type}`).join('; ')} }`
}
