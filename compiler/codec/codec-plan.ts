import type { Template } from '../discover/shape.ts'

/**
 * How messages are encoded and decoded, decided and ready to be spelled: plain data.
 *
 * A plan is a set of small functions, each for one level of a type. A member is either a scalar,
 * checked in place, or a call of another function of the plan.
 */
export interface CodecModulePlan {
  /** A message's own module, or that of a shape that several messages share. */
  readonly owner: { readonly kind: 'message'; readonly name: string } | { readonly kind: 'shape'; readonly key: string }
  /** The file of the user's that declares the type. */
  readonly source: string
  /** For a message: what its codec calls. The function may live in another module. */
  readonly root: CodecCall | undefined
  readonly functions: readonly CodecFunction[]
}

export interface CodecFunction {
  /** The key of a named shape, or `key/member/…` for a level written in place. */
  readonly id: string
  /** What it is called, word by word: `PlaceOrder`, `customer`. */
  readonly words: readonly string[]
  /** The declared type, where generated code may name it. */
  readonly type: NamedType | undefined
  readonly body: CodecBody
  /** It can reach itself, so it counts how deep it is. */
  readonly recursive: boolean
}

export interface NamedType {
  readonly from: { readonly file: string } | { readonly package: string }
  readonly name: string
}

/** What is expected in one place: a scalar or a call, and whether null or nothing may stand there instead. */
export interface CodecUse {
  readonly value: CodecScalar | CodecCall
  readonly nullable: boolean
  readonly absent: boolean
}

export interface CodecCall {
  readonly kind: 'call'
  readonly id: string
}

export type CodecScalar =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'bigint' | 'date' | 'url' | 'bytes' | 'buffer' }
  /** Text that fits every one of these. */
  | { readonly kind: 'pattern'; readonly templates: readonly Template[] }
  /** `unknown`: anything that JSON holds. */
  | { readonly kind: 'json' }
  /** Only `undefined` fits: the member is never there. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'literals'; readonly values: readonly CodecLiteral[] }
  /** `1n | 2n`, as decimal digits. */
  | { readonly kind: 'bigint-literals'; readonly values: readonly string[] }

export type CodecLiteral = string | number | boolean | null

export type CodecBody =
  | {
      readonly kind: 'object'
      readonly members: readonly CodecMember[]
      /** What further members belong to: the first whose keys they fit. */
      readonly indexes: readonly CodecIndex[]
      /** Members that belong to none of these are refused, rather than left out. */
      readonly closed: boolean
      readonly prototype: NamedType | undefined
    }
  | { readonly kind: 'array' | 'set'; readonly element: CodecUse }
  | { readonly kind: 'map'; readonly key: CodecUse; readonly value: CodecUse }
  | {
      readonly kind: 'tuple'
      readonly elements: readonly CodecUse[]
      readonly required: number
      readonly rest: CodecUse | undefined
      /** What follows the rest. */
      readonly last: readonly CodecUse[]
    }
  | { readonly kind: 'record'; readonly value: CodecUse; readonly keys: Template | undefined; readonly closed: boolean }
  | { readonly kind: 'choice'; readonly choice: CodecChoice }
  /** A class with `fromJSON`: `toJSON` if it has one, and back. */
  | { readonly kind: 'rebuild'; readonly json: CodecUse; readonly class: NamedType }
  /** A name for something simpler: an alias at the root, or a long list of literals. */
  | { readonly kind: 'value'; readonly use: CodecUse }

export interface CodecIndex {
  /** `undefined`: any key. */
  readonly keys: Template | undefined
  readonly use: CodecUse
}

export interface CodecMember {
  readonly name: string
  /** The member may be left out of the type's values; else a missing one comes back as `undefined`. */
  readonly optional: boolean
  readonly use: CodecUse
}

/** A union: first told apart by the kind of JSON value, then within lists and objects. */
export interface CodecChoice {
  /** Classes with `fromJSON`: known by their class when they leave. */
  readonly rebuilt: readonly RebuiltAlternative[]
  readonly scalars: readonly CodecScalar[]
  readonly list: CodecSelection | undefined
  /** What a value of `list` is before it is written. */
  readonly listForm: 'list' | 'set' | 'map'
  readonly object: CodecSelection | undefined
  /** For error messages: `a string, a list or OrderLine`. */
  readonly expectation: string
}

export interface RebuiltAlternative {
  readonly class: NamedType
  readonly call: CodecCall
  /** What arrives, where no other alternative is of these kinds; `undefined`: an object among others. */
  readonly kinds: readonly WireKind[] | undefined
}

export type CodecSelection =
  | { readonly kind: 'one'; readonly call: CodecCall }
  | { readonly kind: 'discriminant'; readonly member: string; readonly cases: readonly SelectionCase[] }
  | { readonly kind: 'members'; readonly alternatives: readonly SelectionAlternative[] }

export interface SelectionCase {
  readonly values: readonly CodecLiteral[]
  readonly call: CodecCall
}

/** A value is this alternative if it has all of `required`, none of `foreign`, and every member present passes its test. */
export interface SelectionAlternative {
  readonly call: CodecCall
  readonly required: readonly string[]
  readonly foreign: readonly string[]
  readonly tests: readonly SelectionTest[]
}

export interface SelectionTest {
  readonly member: string
  readonly allowed: { readonly values: readonly CodecLiteral[] } | { readonly kinds: readonly WireKind[] }
}

/** What JSON makes of a value. A `Date` and a `bigint` are strings. */
export type WireKind = 'string' | 'number' | 'boolean' | 'null' | 'list' | 'object'
