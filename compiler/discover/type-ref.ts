/**
 * A type by name and origin: all that later stages ever know of it. Plain data, compared by value.
 */
export interface TypeRef {
  readonly origin: TypeOrigin
  /** The declared name, with its namespace if there is one (`Knex.Transaction`). Empty for anonymous types. */
  readonly symbol: string
  readonly typeArguments: readonly TypeRef[]
  /**
   * Classes and interfaces it extends, nearest first; members of an intersection; and what an alias of an
   * instantiation stands for: `type AppTx = Transaction<Shop>` is `AppTx` with the ancestor `Transaction`.
   */
  readonly ancestors: readonly TypeRef[]
  /** The type as the user wrote it, for messages. */
  readonly text: string
  /** How generated code may name it; `undefined` when it cannot be imported. */
  readonly importable: TypeImport | undefined
  /** `undefined` or `null` is allowed besides. */
  readonly optional: boolean
  /** Where `null` is among what is allowed besides: whether `undefined` is not, or is too. */
  readonly nullable?: 'instead' | 'too'
}

export type TypeOrigin =
  /** `name` is the package's own name; `@types/pg` reads `pg`. */
  | { readonly kind: 'package'; readonly name: string }
  /** `file` is relative to the project's folder. */
  | { readonly kind: 'file'; readonly file: string }
  /** The language or its library: `Date`, `AbortSignal`, `string`. */
  | { readonly kind: 'builtin' }
  /** Written in place: an object literal type, a union. */
  | { readonly kind: 'anonymous' }

export interface TypeImport {
  /** A bare specifier as the user wrote it, or a file relative to the project's folder. */
  readonly from: { readonly package: string } | { readonly file: string }
  /** The exported name; with its namespace if it stands in one, and then that is what is imported: `Knex.Transaction`. */
  readonly name: string
}

/** `package#symbol`, the form in which integrations name types. */
export function typeKey(type: TypeRef): string {
  switch (type.origin.kind) {
    case 'package':
      return `${type.origin.name}#${type.symbol}`
    case 'file':
      return `${type.origin.file}#${type.symbol}`
    case 'builtin':
      return `builtin#${type.symbol}`
    case 'anonymous':
      return `anonymous#${type.text}`
  }
}

/** Whether a value of this type may be `undefined`. */
export function mayBeUndefined({ optional, nullable }: TypeRef): boolean {
  return optional && nullable !== 'instead'
}
