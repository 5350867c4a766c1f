/**
 * What a message type looks like on the wire: the whole of a TypeScript data type as plain data.
 *
 * Named declarations are `ref`s into the project's {@link ShapeTable}, so recursion is finite and a
 * shared type has one codec. Unions are stored in a canonical order.
 */
export type Shape =
  /** `string` also stands for branded strings, which are strings on the wire. `bytes` is Uint8Array. */
  | { readonly kind: 'string' | 'number' | 'boolean' | 'bigint' | 'date' | 'url' | 'bytes' | 'buffer' | 'null' | 'undefined' }
  /** Text that fits all of these: `order-${number}`. */
  | { readonly kind: 'pattern'; readonly templates: readonly Template[] }
  /** `unknown` and `any`: passed through as JSON. */
  | { readonly kind: 'json' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | { readonly bigint: string } }
  | { readonly kind: 'array'; readonly element: Shape }
  | { readonly kind: 'tuple'; readonly elements: readonly TupleElement[] }
  | { readonly kind: 'set'; readonly element: Shape }
  | { readonly kind: 'map'; readonly key: Shape; readonly value: Shape }
  /** `Record<string, V>` and index signatures. With `keys`, only keys that fit it belong to the type. */
  | { readonly kind: 'record'; readonly value: Shape; readonly keys?: Template }
  /** With `indexes`, further members belong to the first of them whose keys they fit. */
  | { readonly kind: 'object'; readonly members: readonly ShapeMember[]; readonly indexes?: readonly ShapeIndex[] }
  | { readonly kind: 'union'; readonly alternatives: readonly Shape[]; readonly discriminant: Discriminant | undefined }
  | { readonly kind: 'ref'; readonly key: ShapeKey }

export interface TupleElement {
  readonly shape: Shape
  readonly optional: boolean
  readonly rest: boolean
}

export interface ShapeMember {
  readonly name: string
  readonly shape: Shape
  /** The member may be absent. */
  readonly optional: boolean
}

/** An index signature beside named members. */
export interface ShapeIndex {
  /** `undefined`: any key. */
  readonly keys?: Template
  readonly value: Shape
}

/** `order-${number}`: texts `order-` and `` with a hole between them. There is one text more than there are holes. */
export interface Template {
  readonly texts: readonly string[]
  readonly holes: readonly TemplateHole[]
}

/** What stands in a hole of a template; the last four are any text in that spelling. */
export type TemplateHole = 'string' | 'number' | 'bigint' | 'Uppercase' | 'Lowercase' | 'Capitalize' | 'Uncapitalize'

/** A member whose values tell the alternatives of a union apart: one set of literals an alternative. */
export interface Discriminant {
  readonly member: string
  /** In the order of the alternatives; empty for one that is no object. */
  readonly values: readonly (readonly (string | number | boolean | null)[])[]
}

/** `src/orders/messages.ts#OrderLine`, with type arguments where there are any. */
export type ShapeKey = string

export interface NamedShape {
  readonly key: ShapeKey
  /** The declared name, with those of its type arguments behind it: for function names in the codec. */
  readonly name: string
  readonly shape: Shape
  /** How a value is rebuilt: plain object, or an instance of a class that generated code can import. */
  readonly class: ClassRebuild | undefined
  readonly typeImport: ({ readonly file: string } | { readonly package: string }) & { readonly name: string } | undefined
}

/**
 * A class comes back through its static `fromJSON`, else with its prototype and its public data members.
 * With `fromJSON` the shape is that of what `fromJSON` takes, which `toJSON` is trusted to return.
 */
export interface ClassRebuild {
  readonly from: { readonly file: string } | { readonly package: string }
  readonly name: string
  readonly fromJSON: boolean
}

/** All named shapes reachable from messages, by key. */
export type ShapeTable = Readonly<Record<ShapeKey, NamedShape>>
