/**
 * What the templates of codecs are given: the compiler's plan, structurally, with ids left opaque.
 * Every name comes from {@link CodecNames}; a template chooses none.
 */
export interface CodecNames {
  /** A name of `jasper-runtime/generated`; using it imports it. */
  runtime(name: RuntimeName): string
  decoder(id: string): string
  encoder(id: string): string
  /** The table by which `whichAlternative` tells the alternatives of a choice apart. */
  table(id: string, part: 'list' | 'object'): string
  /** The list of templates that some text must fit, which the module declares. */
  template(templates: readonly TemplateSpec[]): string
  /** The lists that `template` was asked for, to be declared. */
  templates(): readonly { readonly name: string; readonly templates: readonly TemplateSpec[] }[]
  /** The names of the members of an object, which the module declares. */
  memberNames(id: string): string
  /** The declared type, or `any` where it cannot be named. */
  type(type: TypeSpec | undefined): string
  /** Locals for members of one object, by member; they collide with nothing else in the module. */
  locals(members: readonly string[]): ReadonlyMap<string, string>
  /** The last argument of a call where the callee counts depth: `1`, `depth + 1`. */
  depthArgument(caller: string, callee: string): string | undefined
}

export type RuntimeName =
  | 'AlternativeMembers'
  | 'MessageCodec'
  | 'arrayToWrite'
  | 'decodeFailure'
  | 'deepestNesting'
  | 'encodeFailure'
  | 'fitsTemplates'
  | 'isDate'
  | 'mapToWrite'
  | 'objectToWrite'
  | 'ownMember'
  | 'readArray'
  | 'readBigint'
  | 'readBuffer'
  | 'readBytes'
  | 'readDate'
  | 'readObject'
  | 'readPair'
  | 'readRecord'
  | 'readUrl'
  | 'readWithFromJSON'
  | 'refuseUnknown'
  | 'setOfOnce'
  | 'setOwnMember'
  | 'setToWrite'
  | 'TextTemplate'
  | 'toJSONOf'
  | 'unknownMember'
  | 'whichAlternative'
  | 'writeBytes'
  | 'writeDate'
  | 'writeJson'
  | 'writeString'
  | 'writeUrl'

export interface TypeSpec {
  readonly from: { readonly file: string } | { readonly package: string }
  readonly name: string
}

export interface FunctionSpec {
  readonly id: string
  readonly type: TypeSpec | undefined
  readonly body: BodySpec
  readonly recursive: boolean
}

export interface UseSpec {
  readonly value: ScalarSpec | CallSpec
  readonly nullable: boolean
  readonly absent: boolean
}

export interface CallSpec {
  readonly kind: 'call'
  readonly id: string
}

export type LiteralSpec = string | number | boolean | null

export type ScalarSpec =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'bigint' | 'date' | 'url' | 'bytes' | 'buffer' | 'json' | 'nothing' }
  | { readonly kind: 'pattern'; readonly templates: readonly TemplateSpec[] }
  | { readonly kind: 'literals'; readonly values: readonly LiteralSpec[] }
  | { readonly kind: 'bigint-literals'; readonly values: readonly string[] }

export interface TemplateSpec {
  readonly texts: readonly string[]
  readonly holes: readonly string[]
}

export interface ObjectSpec {
  readonly kind: 'object'
  readonly members: readonly MemberSpec[]
  readonly indexes: readonly IndexSpec[]
  readonly closed: boolean
  readonly prototype: TypeSpec | undefined
}

export interface IndexSpec {
  readonly keys: TemplateSpec | undefined
  readonly use: UseSpec
}

export interface RecordSpec {
  readonly kind: 'record'
  readonly value: UseSpec
  readonly keys: TemplateSpec | undefined
  readonly closed: boolean
}

export interface MapSpec {
  readonly kind: 'map'
  readonly key: UseSpec
  readonly value: UseSpec
}

export interface MemberSpec {
  readonly name: string
  readonly optional: boolean
  readonly use: UseSpec
}

export interface TupleSpec {
  readonly kind: 'tuple'
  readonly elements: readonly UseSpec[]
  readonly required: number
  readonly rest: UseSpec | undefined
  readonly last: readonly UseSpec[]
}

export interface ChoiceSpec {
  readonly rebuilt: readonly { readonly class: TypeSpec; readonly call: CallSpec; readonly kinds: readonly string[] | undefined }[]
  readonly scalars: readonly ScalarSpec[]
  readonly list: SelectionSpec | undefined
  readonly listForm: 'list' | 'set' | 'map'
  readonly object: SelectionSpec | undefined
  readonly expectation: string
}

export type BodySpec =
  | ObjectSpec
  | TupleSpec
  | RecordSpec
  | MapSpec
  | { readonly kind: 'array' | 'set'; readonly element: UseSpec }
  | { readonly kind: 'choice'; readonly choice: ChoiceSpec }
  | { readonly kind: 'rebuild'; readonly json: UseSpec; readonly class: TypeSpec }
  | { readonly kind: 'value'; readonly use: UseSpec }

export type SelectionSpec =
  | { readonly kind: 'one'; readonly call: CallSpec }
  | {
      readonly kind: 'discriminant'
      readonly member: string
      readonly cases: readonly { readonly values: readonly LiteralSpec[]; readonly call: CallSpec }[]
    }
  | { readonly kind: 'members'; readonly alternatives: readonly AlternativeSpec[] }

export interface AlternativeSpec {
  readonly call: CallSpec
  readonly required: readonly string[]
  readonly foreign: readonly string[]
  readonly tests: readonly {
    readonly member: string
    readonly allowed: { readonly values: readonly LiteralSpec[] } | { readonly kinds: readonly string[] }
  }[]
}
