/** One alternative of a union, by the members that tell it from the others. Made by the compiler. */
export interface AlternativeMembers {
  /** All of these are there. */
  readonly required: readonly string[]
  /** None of these is: they belong to other alternatives alone. */
  readonly foreign: readonly string[]
  /** A member that is there has one of these values, or is of one of these kinds on the wire. */
  readonly tests: readonly {
    readonly member: string
    readonly values?: readonly unknown[]
    readonly kinds?: readonly string[]
  }[]
}

/**
 * The index of the alternative that a value is, or -1 when it is none. Works on parsed JSON and on
 * live values alike: a member that is `undefined` is not there.
 *
 * The compiler has made sure that a value which passes for two alternatives reads the same as either.
 */
export function whichAlternative(value: object, alternatives: readonly AlternativeMembers[]): number {
  const members = value as Readonly<Record<string, unknown>>
  const has = (name: string): boolean => members[name] !== undefined && (!(name in Object.prototype) || Object.hasOwn(members, name))
  return alternatives.findIndex(
    ({ required, foreign, tests }) =>
      required.every(has) &&
      !foreign.some(has) &&
      tests.every(({ member, values, kinds }) => {
        if (!has(member)) return true
        return values?.includes(members[member]) ?? kinds?.includes(wireKind(members[member])) ?? true
      }),
  )
}

function wireKind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) return 'list'
  if (typeof value === 'bigint' || value instanceof Date || value instanceof Uint8Array || value instanceof URL) return 'string'
  // An instance of a class with `fromJSON`. What was parsed has no functions.
  if (typeof value !== 'object') return typeof value
  const { toJSON } = value as { readonly toJSON?: () => unknown }
  if (typeof toJSON !== 'function') return 'object'
  const json = toJSON.call(value)
  return json === value ? 'object' : wireKind(json)
}
