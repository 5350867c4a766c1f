import type { SourceSpan } from '../discover/source-span.ts'

/** One problem in the user's project, with its place and how to mend it. */
export interface Diagnostic {
  /** `JG1002`; the first digit after JG is the stage. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** One sentence: what is wrong. */
  readonly message: string
  readonly span: SourceSpan | undefined
  /** A word or two under the marked text: `function type`. */
  readonly label: string | undefined
  /** Other places that have to do with it, each with a sentence. */
  readonly notes: readonly { readonly span: SourceSpan; readonly message: string }[]
  /** The chain of names from the handler to the culprit: `handle(command) → PlaceOrder.done`. */
  readonly path: string | undefined
  /** How to mend it, as a sentence. */
  readonly help: string
}
