import type { FileMatch, OtherPurpose } from './considered.ts'
import { matchGlobs } from './match-globs.ts'
import type { ProgramOptions } from './open-program.ts'

/** What the config takes a file for: one of handlers, or what another of its members leads to. */
export function matchFile(options: ProgramOptions, path: string): FileMatch {
  const match = matchGlobs(options.handlers, path, options.output)
  if (match.kind !== 'unmatched') return match
  const { middleware = [], providers = [], messages = [], plugins = [], policies } = options
  const others = { middleware, providers, messages, plugins, policies: policies === undefined ? [] : [policies] }
  for (const [purpose, globs] of Object.entries(others) as readonly [OtherPurpose, readonly string[]][]) {
    const other = matchGlobs(globs, path, options.output)
    if (other.kind === 'matched') return { kind: 'other', purpose, by: other.by }
  }
  return match
}
