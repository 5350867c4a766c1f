import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ConsideredFile } from '../discover/considered.ts'
import type { MessageMarkers } from '../discover/discovered.ts'

/** What `jasper-gen explain` says of a name. Plain data. */
export type Explanation = CodeExplanation | FileExplanation | FunctionExplanation | MessageExplanation | TypeExplanation

/** A page of the catalogue. */
export interface CodeExplanation {
  readonly kind: 'code'
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly sentence: string
  readonly explanation: string
  readonly help: string
}

/** Everything in a file that is a handler, or could be one. */
export interface FileExplanation extends ConsideredFile {
  readonly kind: 'file'
}

/** The functions and classes of a name, wherever they stand. */
export interface FunctionExplanation {
  readonly kind: 'function'
  readonly name: string
  /** Each with the entries of that name alone. */
  readonly files: readonly ConsideredFile[]
  /** Wire names of the messages in whose chains they are, sorted. */
  readonly messages: readonly string[]
}

export interface MessageExplanation {
  readonly kind: 'message'
  /** Wire name. */
  readonly message: string
  readonly version: number
  /** `file:line` where the type is declared. */
  readonly declared: string | undefined
  readonly older: readonly { readonly version: number; readonly upcast: string }[]
  /** What the comment above its type says. */
  readonly markers: MessageMarkers
  /** Where it goes when it is sent. */
  readonly endpoints: readonly string[]
  /** Messages whose handlers return it. */
  readonly returnedBy: readonly string[]
  /** Timetables that send it. */
  readonly recurring: readonly string[]
  /** None where no handler here takes it. */
  readonly chains: readonly ChainExplanation[]
  /** What keeps the project from being built, where that has to do with it. */
  readonly problems: readonly Diagnostic[]
}

export interface ChainExplanation {
  /** The handler that has the message for itself; absent: its handlers share it. */
  readonly separate?: string
  /** In the order in which they happen. */
  readonly steps: readonly Step[]
  readonly effects: string
  /** What happens when a handler fails, in words. */
  readonly onFailure: string | undefined
  /** What policies say besides, and who has said it. */
  readonly settings: readonly { readonly name: string; readonly value: string; readonly from: string }[]
}

export interface Step {
  /** `calls handle`, `commits` */
  readonly words: string
  /** `file:line` */
  readonly place?: string
  /** What is passed, in the order of the parameters. */
  readonly parameters?: readonly ParameterExplanation[]
  /** What is sent, and where it goes. */
  readonly sends?: readonly Sending[]
}

export interface ParameterExplanation {
  readonly name: string
  readonly type: string
  /** Where the value comes from, in words. */
  readonly from: string
  /** What it is made from, where something makes it. */
  readonly needs?: readonly ParameterExplanation[]
}

export interface Sending {
  readonly message: string
  readonly endpoints: readonly string[]
  /** No handler here takes it. */
  readonly unhandled: boolean
}

/** Who asks for a type, and who has one. */
export interface TypeExplanation {
  readonly kind: 'type'
  readonly type: string
  readonly providedBy: readonly { readonly words: string; readonly place?: string }[]
  readonly askedBy: readonly {
    /** `handle(command, mailer)` */
    readonly asker: string
    /** `file:line` */
    readonly place: string
    readonly parameter: string
    readonly from: string
  }[]
}
