import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/** What a process of `jasper-gen` ends with. Never renumbered: CI scripts read them. */
export const exitCodes = {
  fine: 0,
  /** `check`: the generated code is not what the sources ask for. */
  stale: 1,
  /** The user's code has errors. */
  userErrors: 2,
  /** The command line, the config or the output folder cannot be used as they are. */
  usage: 3,
  /** A defect of ours. */
  internal: 70,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The ways in which a command ends, each in a word or two. Any may end with 70. */
export type Exits = Readonly<Partial<Record<Exclude<keyof typeof exitCodes, 'internal'>, string>>>

/** `0 fine, 2 errors in your code, 3 wrong usage or config` */
export function exitsInWords(exits: Exits): string {
  return Object.entries(exitCodes)
    .flatMap(([name, code]) => (name !== 'internal' && exits[name as keyof Exits] !== undefined ? [`${code} ${exits[name as keyof Exits]}`] : []))
    .join(', ')
}

/** What a run with these problems ends with: a config that cannot be used outweighs errors in code. */
export function exitCodeFor(diagnostics: readonly Diagnostic[]): ExitCode {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  if (errors.length === 0) return exitCodes.fine
  return errors.some((error) => error.code.startsWith('JG0')) ? exitCodes.usage : exitCodes.userErrors
}
