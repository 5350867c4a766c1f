import type { AsyncApiDocument } from '../describe/asyncapi.ts'
import type { ProjectDescription } from '../describe-project.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Explanation } from '../explain/explanation.ts'

/** Any command that found errors, or could not even begin. */
export interface FailedDocument {
  readonly ok: false
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen build` */
export interface BuildDocument {
  readonly ok: true
  readonly messages: number
  readonly chains: number
  /** Paths from the working directory. */
  readonly written: readonly string[]
  readonly deleted: readonly string[]
  /** How many files were right already. */
  readonly unchanged: number
  /** Wire names that the manifest had before and has no more. */
  readonly gone: readonly string[]
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen watch`, a line for each build; those after the first have a cause */
export interface RebuiltDocument extends BuildDocument {
  readonly event: 'built'
  /** Chains of which something was written, by wire name. */
  readonly rebuilt: readonly string[]
  readonly because: readonly WatchCause[]
  /** From the first event to the written files. */
  readonly milliseconds: number
}

/** `jasper-gen watch`, a line for each build that failed, and for a config that cannot be used: the output stays as it is */
export interface NotBuiltDocument extends FailedDocument {
  readonly event: 'failed' | 'misconfigured'
  readonly because: readonly WatchCause[]
}

/** `jasper-gen watch`, once, after the first build: every later change will be noticed */
export interface WatchingDocument {
  readonly event: 'watching'
  readonly ok: true
  /** How many folders and lock files are watched. */
  readonly places: number
}

/** What differs from the last build. None: the output folder was changed by somebody else. */
export interface WatchCause {
  /** From the working directory. */
  readonly path: string
  /** `listing`: other files in a folder. `link`: a link leads elsewhere. */
  readonly kind: 'changed' | 'added' | 'removed' | 'listing' | 'link'
}

/** `jasper-gen check`, all current */
export interface CurrentDocument {
  readonly ok: true
  readonly messages: number
  readonly chains: number
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen check`, stale */
export interface StaleDocument {
  readonly ok: false
  readonly stale: readonly {
    /** From the working directory. */
    readonly path: string
    readonly state: 'out of date' | 'missing' | 'extra' | 'edited by hand'
    readonly reason: string
    /** A unified diff; absent with `--no-diff`, and where there is nothing to compare. */
    readonly diff?: string
  }[]
  /** Files of the project that differ from the last run here, where that is known. */
  readonly changed: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen preview` */
export interface PreviewDocument {
  readonly ok: true
  readonly files: readonly {
    /** From the working directory. */
    readonly path: string
    /** The wire name that the file belongs to, if it belongs to one. */
    readonly message?: string
    readonly text: string
  }[]
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen describe` */
export interface DescribeDocument extends ProjectDescription {
  readonly ok: true
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen describe --mermaid` */
export interface MermaidDocument {
  readonly ok: true
  readonly mermaid: string
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen explain` */
export interface ExplainDocument {
  readonly ok: true
  readonly explanation: Explanation
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen clean` */
export interface CleanDocument {
  readonly ok: true
  readonly dryRun: boolean
  /** Paths from the working directory. */
  readonly deleted: readonly string[]
  /** Files in the output folder that somebody else has put there, and that stay. */
  readonly kept: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/** `jasper-gen init` */
export interface InitDocument {
  readonly ok: true
  readonly dryRun: boolean
  /** Relative to the project's folder. */
  readonly written: readonly string[]
  /** Scripts that package.json has now and had not. */
  readonly scripts: readonly string[]
  /** Whether package.json says `"type": "module"` now and did not. */
  readonly becomesModule: boolean
  /** Packages that package.json lacks. */
  readonly missing: { readonly dependencies: readonly string[]; readonly devDependencies: readonly string[] }
  /** There were handlers already, and so no example was written. */
  readonly hasHandlers: boolean
  /** What to type now, in order. */
  readonly next: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Everything that `--json` prints. `docs/commands.md` shows these types as they are written. */
export type JsonDocument =
  | FailedDocument
  | BuildDocument
  | RebuiltDocument
  | NotBuiltDocument
  | WatchingDocument
  | CurrentDocument
  | StaleDocument
  | PreviewDocument
  | DescribeDocument
  | MermaidDocument
  | AsyncApiDocument
  | ExplainDocument
  | CleanDocument
  | InitDocument
