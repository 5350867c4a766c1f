import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { MiddlewareRole } from './middleware.ts'
import type { SourceSpan } from './source-span.ts'

/** A file with everything in it that could be a handler, and why it is one or not. Plain data. */
export interface ConsideredFile {
  /** Relative to the project's folder. */
  readonly file: string
  readonly match: FileMatch
  /** In the order of the file; what it passes on from other files comes last. */
  readonly entries: readonly ConsideredEntry[]
  /** What is wrong with the file as a whole. */
  readonly problems: readonly Diagnostic[]
}

/** Whether the patterns of `handlers` lead to a file, or what else the config takes it for. */
export type FileMatch =
  | { readonly kind: 'matched'; readonly by: string }
  | { readonly kind: 'excluded'; readonly by: string }
  /** In node_modules, in a folder that begins with a dot, or among the generated files. */
  | { readonly kind: 'never-entered'; readonly folder: string }
  | { readonly kind: 'other'; readonly purpose: OtherPurpose; readonly by: string }
  | { readonly kind: 'unmatched'; readonly near: NearPattern | undefined }

/** The member of the config that leads to a file which is none of handlers. */
export type OtherPurpose = 'middleware' | 'providers' | 'messages' | 'plugins' | 'policies'

/** A pattern that nearly led to a file. */
export interface NearPattern {
  readonly pattern: string
  /** The part of the path that does not fit it. */
  readonly differs: 'folder' | 'name'
}

export interface ConsideredEntry {
  /** `handle`; `OrderHandler`; `OrderHandler.handle`. */
  readonly name: string
  readonly kind: 'function' | 'class' | 'method'
  readonly span: SourceSpan
  readonly verdict: Verdict
}

export type Verdict =
  /** `included`: the config names it, so it is one wherever it is. */
  | { readonly kind: 'handler'; readonly message: string; readonly included?: true }
  /** It would be one, were it not for these. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'none'; readonly reason: NoHandlerReason; readonly suggestion?: string }
  /** It runs before or after the handlers of these messages, sorted; `makes`: the values for what follows, as `order: Order`. */
  | {
      readonly kind: 'middleware'
      readonly role: MiddlewareRole
      readonly messages: readonly string[]
      readonly makes: readonly string[]
      /** The file of the plugin whose step it is. */
      readonly plugin?: string
    }
  /** The default export of a plugin's file: it decides which steps a chain has. */
  | { readonly kind: 'plugin' }
  /** It makes what parameters of this type receive. */
  | { readonly kind: 'provider'; readonly type: string }
  /** It is one, of another file. */
  | { readonly kind: 'elsewhere'; readonly file: string }

export type NoHandlerReason =
  | 'ignored'
  /** By the config. */
  | 'excluded'
  | 'not-exported'
  /** Neither that nor named like one. */
  | 'local'
  | 'name'
  | 'class-name'
  | 'class-without-handlers'
  | 'method-name'
  | 'not-public'
