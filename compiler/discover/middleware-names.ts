import { stepRoles, type MiddlewareRole } from './middleware.ts'

/** `load`, `loadOrder`, `load_order`: a whole word, in lower camel case; not `loader`. */
const name = new RegExp(`^(${stepRoles.join('|')})(?![a-z])`)

/** What people write when they mean one of those. */
const nearName = new RegExp(`^(?:${stepRoles.map((role) => role.charAt(0).toUpperCase() + role.slice(1)).join('|')})(?![a-z])`)

/** What a function of this name is in the handling of a message, if it is one of `roles`; `undefined`: it is no middleware. */
export function roleOf(functionName: string, roles: readonly MiddlewareRole[]): MiddlewareRole | undefined {
  return roles.find((role) => role === name.exec(functionName)?.[1])
}

/** The name that was probably meant: `loadOrder` for `LoadOrder`; `undefined` if the name is nothing like one. */
export function middlewareNameFor(functionName: string, roles: readonly MiddlewareRole[]): string | undefined {
  const [word] = nearName.exec(functionName) ?? []
  if (word === undefined || !roles.some((role) => role === word.toLowerCase())) return undefined
  return word.toLowerCase() + functionName.slice(word.length)
}

/** What the value of such a function is called: `order` for `loadOrder` and `loadOrderAsync`; `undefined` for `load` alone. */
export function valueNameOf(functionName: string, role: MiddlewareRole): string | undefined {
  const rest = functionName.slice(role.length).replace(/^_+/, '').replace(/Async$/, '')
  return rest === '' ? undefined : rest.charAt(0).toLowerCase() + rest.slice(1)
}
