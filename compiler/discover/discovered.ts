import type { DiscoveredMiddleware, DiscoveredPlugin } from './middleware.ts'
import type { Shape, ShapeTable } from './shape.ts'
import type { SourceSpan } from './source-span.ts'
import type { TypeRef } from './type-ref.ts'

/** What stage 1 leaves: everything the later stages know of the user's source. Serialisable. */
export interface Discovered {
  /** Sorted by file, then by position. */
  readonly handlers: readonly DiscoveredHandler[]
  /** Every message that is handled or returned by a handler, sorted by name. */
  readonly messages: readonly DiscoveredMessage[]
  readonly shapes: ShapeTable
  /** Policies of handler files and handler classes, sorted by file, then by class. Absent where there are none. */
  readonly policies?: readonly DiscoveredPolicy[]
  /** What provider files export, sorted by file, then by position. Absent where there is nothing. */
  readonly providers?: readonly DiscoveredProvider[]
  /** What the file of global policies says. Absent where the config names none. */
  readonly globalPolicy?: DiscoveredPolicy
  /** Functions that run around handlers, sorted by file, then by position. Absent where there are none. */
  readonly middleware?: readonly DiscoveredMiddleware[]
  /** The plugins of the config, in its order. Absent where it names none. */
  readonly plugins?: readonly DiscoveredPlugin[]
  /** What the project's code sends by name, sorted by file, then by position. Absent where there is nothing. */
  readonly sends?: readonly DiscoveredSend[]
  readonly imports: ImportStyle
}

/** A message that is sent by its name, and must have somebody who takes it. */
export interface DiscoveredSend {
  readonly message: string
  readonly span: SourceSpan
}

/** How the user's project writes relative imports; generated code does likewise. */
export interface ImportStyle {
  /** `.ts` where the project allows it, `.js` for emitting NodeNext projects, `` for bundlers. */
  readonly extension: 'ts' | 'js' | 'none'
  /** Why nothing that we write would compile, where that is so. */
  readonly obstacle?: ImportObstacle
}

export type ImportObstacle =
  /** The output is CommonJS, and `verbatimModuleSyntax` wants `import x = require(…)` there, which only TypeScript can run. */
  | 'verbatim-commonjs'
  /** The output is CommonJS, and these options know no `require` of ES modules. */
  | 'commonjs-of-node16'
  /** The `exports` of packages are not read. */
  | 'resolution-of-node10'

/** What the comment above a message type says of every message of it. Absent where it says nothing. */
export interface MessageMarkers {
  /** `@queue`: the local queue at which its handlers run, as an address. */
  readonly queue?: string
  /** `@topic`: what it is about, for transports that have topics. */
  readonly topic?: string
  /** `@deliverWithin`: how long it is worth handling, `30s`. */
  readonly deliverWithin?: string
}

export interface DiscoveredMessage extends MessageMarkers {
  /** The wire name: `@message`, else a literal `type` member, else the type's name. Unique. */
  readonly name: string
  readonly version: number
  readonly type: TypeRef
  readonly shape: Shape
  /** Where the type is declared. */
  readonly span: SourceSpan
  /** A comment says that it may be sent to nobody. */
  readonly mayGoNowhere?: true
  /** Versions of before, oldest first, each with the function that makes a later one of it. */
  readonly older: readonly OlderVersion[]
}

/** An earlier version of a message: a type that an `upcast` takes. */
export interface OlderVersion {
  readonly version: number
  readonly type: TypeRef
  readonly shape: Shape
  readonly span: SourceSpan
  readonly upcast: { readonly file: string; readonly export: string }
  /** The version that the upcast makes. */
  readonly to: number
}

/** `export const policy` of a handler file, or `static policy` of a handler class. What shapes the generated code is read from its type. */
export interface DiscoveredPolicy {
  /** The handler file that exports it, itself or in a class. */
  readonly file: string
  /** The class whose static member it is; absent: it is for all handlers of the file. */
  readonly class?: string
  /** Whether each of its handlers has the message for itself. Absent: it says nothing of that. */
  readonly separate?: boolean
  /** Whether its handlers run in no transaction. Absent: it says nothing of that. */
  readonly nonTransactional?: boolean
  /** There are functions in it, to be asked about each chain; only in the file of global policies. */
  readonly functions?: true
  /** Where it is declared: files that export one policy have one declaration. */
  readonly span: SourceSpan
}

export interface DiscoveredHandler {
  readonly function: HandlerFunction
  /** The wire name of the message that it handles. A handler of a union or of a base type stands here once for each message. */
  readonly message: string
  /** What its first parameter takes, where that is more than this message: a union, or what the message extends. */
  readonly takes?: string
  readonly messageParameter: DiscoveredParameter
  /** All parameters after the message. */
  readonly parameters: readonly DiscoveredParameter[]
  readonly returns: ReturnShape
  /** The function returns a promise. */
  readonly async: boolean
  /** A comment says that what it returns may be sent to nobody. */
  readonly mayGoNowhere?: true
  /** The function's name where it is declared. */
  readonly span: SourceSpan
}

/** Its `file` is relative to the config; of one in an installed `package` it is the specifier of that. */
export type HandlerFunction =
  | { readonly kind: 'function'; readonly file: string; readonly export: string; readonly package?: string }
  | { readonly kind: 'static-method'; readonly file: string; readonly export: string; readonly method: string; readonly package?: string }
  /** A new instance for each message; the constructor's parameters are resolved like the method's. */
  | {
      readonly kind: 'instance-method'
      readonly file: string
      readonly export: string
      readonly method: string
      readonly package?: string
      readonly constructorParameters: readonly DiscoveredParameter[]
    }

/** An export of a provider file: a function that makes a value, a class that is one's maker, or the value itself. */
export interface DiscoveredProvider {
  readonly kind: 'function' | 'class' | 'value'
  readonly file: string
  readonly export: string
  /** What it provides; `Promise` is already taken off. `optional`: there may be none. */
  readonly type: TypeRef
  /** The classes and interfaces that it extends or implements besides: who asks for one of them may get it, too. */
  readonly serves: readonly TypeRef[]
  /** Of the function or the constructor; none for values. */
  readonly parameters: readonly DiscoveredParameter[]
  /** The function returns a promise. */
  readonly async: boolean
  /** Marked so: it is made for each message although nothing that it needs demands it. */
  readonly perMessage: boolean
  /** What it makes has a `Symbol.dispose` or a `Symbol.asyncDispose`. */
  readonly disposable: boolean
  /** Its name where it is declared. */
  readonly span: SourceSpan
}

export interface DiscoveredParameter {
  readonly name: string
  readonly type: TypeRef
  readonly optional: boolean
  readonly span: SourceSpan
}

/** What a handler's return type cascades as. `Promise` is already taken off. */
export type ReturnShape =
  | { readonly kind: 'nothing' }
  | ReturnedOne
  | ReturnedMany
  /** A tuple; each element as `one` or `many`. */
  | { readonly kind: 'tuple'; readonly elements: readonly ReturnShape[]; readonly optional: boolean }

/** One value, or nothing where `optional`: exactly one of the alternatives, or of the side effects. */
export interface ReturnedOne {
  readonly kind: 'one'
  readonly alternatives: readonly ReturnAlternative[]
  /** Absent where there are none. */
  readonly sideEffects?: readonly ReturnedSideEffect[]
  readonly optional: boolean
}

/** An array, each element exactly one of the alternatives, or of the side effects; where `sparse`, or nothing. */
export interface ReturnedMany {
  readonly kind: 'many'
  readonly alternatives: readonly ReturnAlternative[]
  /** Absent where there are none. */
  readonly sideEffects?: readonly ReturnedSideEffect[]
  readonly optional: boolean
  readonly sparse?: true
  /** No array, but something that gives one element after the other, and once only. */
  readonly iterated?: 'sync' | 'async'
}

export interface ReturnAlternative {
  /** Wire name. */
  readonly message: string
  /** What the message is wrapped in, `scheduled(…)`; absent: nothing. */
  readonly wrapper?: ReturnWrapper
  /** How to tell this alternative from its siblings in the same wrapper at run time; `only`: it has none. */
  readonly test: AlternativeTest
}

/** The kinds of `WrappedMessage` in the runtime. */
export type ReturnWrapper = 'scheduled' | 'reply' | 'sent-to' | 'with-options'

/** An object with a method `execute`, which is called in the transaction. */
export interface ReturnedSideEffect {
  /** What people call it: `SaveAudit`, or the type as it is written. */
  readonly name: string
  /** The parameters of `execute`. */
  readonly parameters: readonly DiscoveredParameter[]
  /** `execute` returns a promise. */
  readonly async: boolean
  /** How to tell it from its sibling side effects; `only`: it has none. */
  readonly test: AlternativeTest
}

export type AlternativeTest =
  | { readonly kind: 'only' }
  /** `value instanceof Class` */
  | { readonly kind: 'class'; readonly file: string; readonly name: string }
  /** `value.member` is one of the literals. */
  | { readonly kind: 'literal'; readonly member: string; readonly values: readonly (string | number | boolean | null)[] }
  /** `member in value`: a required member that no sibling declares. */
  | { readonly kind: 'member'; readonly member: string }
