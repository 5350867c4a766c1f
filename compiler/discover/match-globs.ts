import type { FileMatch, NearPattern } from './considered.ts'
import { expandBraces, globPattern } from './glob-files.ts'
import { isInside } from './source-paths.ts'

/**
 * Whether patterns lead to a file, as {@link globFiles} would find it, and if not, which one nearly did.
 *
 * @param path  Relative to the project's folder, like the patterns.
 */
export function matchGlobs(globs: readonly string[], path: string, output: string): FileMatch {
  const folders = path.split('/').slice(0, -1)
  const closed = folders.find((name) => name === 'node_modules' || (name.startsWith('.') && name !== '..'))
  if (closed !== undefined) return { kind: 'never-entered', folder: closed }
  if (isInside(output, path)) return { kind: 'never-entered', folder: output }
  const fits = (glob: string) => expandBraces(glob).some((pattern) => globPattern(pattern).test(path))
  const by = globs.find((glob) => !glob.startsWith('!') && fits(glob))
  if (by === undefined) return { kind: 'unmatched', near: nearest(globs.filter((glob) => !glob.startsWith('!')), path) }
  const against = globs.find((glob) => glob.startsWith('!') && fits(glob.slice(1)))
  return against === undefined ? { kind: 'matched', by } : { kind: 'excluded', by: against }
}

/** The first pattern whose name fits and whose folder does not, else the first the other way round. */
function nearest(globs: readonly string[], path: string): NearPattern | undefined {
  const [folder, name] = split(path)
  const differing = (differs: NearPattern['differs']): NearPattern | undefined => {
    const pattern = globs.find((glob) =>
      expandBraces(glob).some((one) => {
        const [itsFolder, itsName] = split(one)
        return differs === 'folder' ? globPattern(itsName).test(name) && itsName !== '*' : globPattern(`${itsFolder}/`).test(`${folder}/`)
      }),
    )
    return pattern === undefined ? undefined : { pattern, differs }
  }
  return differing('folder') ?? differing('name')
}

function split(path: string): readonly [folder: string, name: string] {
  const end = path.lastIndexOf('/')
  return [path.slice(0, Math.max(0, end)), path.slice(end + 1)]
}
