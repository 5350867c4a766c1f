import { posix } from 'node:path'

export type RelativePath =
  | { readonly kind: 'inside'; readonly path: string }
  /** The project's folder itself. */
  | { readonly kind: 'itself' }
  | { readonly kind: 'outside' }
  | { readonly kind: 'absolute' }

/** Reads a path from a config as one below the project's folder, in one spelling: `./src\gen/` is `src/gen`. */
export function relativePath(written: string): RelativePath {
  const slashed = written.replaceAll('\\', '/')
  if (slashed.startsWith('/') || /^[A-Za-z]:/.test(slashed) || slashed.startsWith('file:')) return { kind: 'absolute' }
  const path = posix.normalize(slashed).replace(/\/+$/, '')
  if (path === '.' || path === '') return { kind: 'itself' }
  if (path === '..' || path.startsWith('../')) return { kind: 'outside' }
  return { kind: 'inside', path }
}
