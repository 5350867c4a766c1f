/** One file that the compiler wants to exist. What stage 4 leaves. */
export interface EmittedModule {
  /** Relative to the output folder, with forward slashes. */
  readonly path: string
  readonly text: string
  /** The wire name of the message that it is about, where it is about one. */
  readonly message?: string
}
