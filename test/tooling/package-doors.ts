import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the repository, without a slash at its end. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** One way into a published package: an entry of its `exports`. */
export interface PackageDoor {
  /** What users write: `jasper-runtime/postgres`. */
  readonly specifier: string
  /** Where it is built from, relative to the repository: `runtime/stores/postgres/index.ts`. */
  readonly source: string
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
}

/**
 * Every door of both packages, read from their `exports`: the manifests are the one list, and test
 * aliases, the approved public API and the shape test all follow it.
 */
export function packageDoors(): readonly PackageDoor[] {
  return [
    ...doorsOf('runtime', (built) => `runtime/${built}`),
    // decisions.md 26: the compiler's rootDir is the repository, so its own folder shows up in dist.
    ...doorsOf('compiler', (built) => built),
  ]
}

function doorsOf(folder: string, source: (builtPath: string) => string): readonly PackageDoor[] {
  const manifest = JSON.parse(readFileSync(`${repository}/${folder}/package.json`, 'utf8')) as Manifest
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const built = target.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')
    return [{ specifier: subpath.replace(/^\./, manifest.name), source: source(built) }]
  })
}
