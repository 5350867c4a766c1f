import type { RecordingHost } from './recording-host.ts'
import { absolutePath, isInside, relativePath } from './source-paths.ts'

/**
 * Files that match one of the patterns, absolute and sorted by code unit.
 *
 * Patterns are relative to `root` and may hold `*`, `**`, `?`, `{a,b}` and a leading `!` for what is
 * left out. `node_modules`, folders that start with a dot, and `excluded` are never entered.
 */
export function globFiles(host: RecordingHost, root: string, globs: readonly string[], excluded: string): readonly string[] {
  const wanted = globs.filter((glob) => !glob.startsWith('!')).flatMap((glob) => expandBraces(clean(glob)))
  const unwanted = globs.filter((glob) => glob.startsWith('!')).flatMap((glob) => expandBraces(clean(glob.slice(1))))
  const wantedPatterns = wanted.map(globPattern)
  const unwantedPatterns = unwanted.map(globPattern)
  const found = new Set<string>()
  const seen = new Set<string>()

  const walk = (folder: string): void => {
    const real = host.realPath(folder)
    if (seen.has(folder) || isInside(excluded, folder) || isInside(folder, real) && real !== folder) return
    seen.add(folder)
    const entries = host.listDirectory(folder)
    for (const name of entries.files) {
      const path = relativePath(root, `${folder}/${name}`)
      if (wantedPatterns.some((pattern) => pattern.test(path)) && !unwantedPatterns.some((pattern) => pattern.test(path))) {
        found.add(`${folder}/${name}`)
      }
    }
    for (const name of entries.directories) {
      if (name !== 'node_modules' && !name.startsWith('.')) walk(`${folder}/${name}`)
    }
  }
  for (const start of new Set(wanted.map(startFolder))) walk(absolutePath(root, start))
  return [...found].sort()
}

/** One glob as patterns of paths relative to where it starts from. */
export function globPatterns(glob: string): readonly RegExp[] {
  return expandBraces(clean(glob)).map(globPattern)
}

function clean(glob: string): string {
  return glob.replaceAll('\\', '/').replace(/^(\.\/)+/, '')
}

/** `a.{ts,mts}` is `a.ts` and `a.mts`; braces may nest. */
export function expandBraces(glob: string): readonly string[] {
  const open = glob.indexOf('{')
  if (open < 0) return [glob]
  let depth = 0
  const commas: number[] = []
  for (let at = open; at < glob.length; at++) {
    if (glob[at] === '{') depth++
    else if (glob[at] === ',' && depth === 1) commas.push(at)
    else if (glob[at] === '}' && --depth === 0) {
      const ends = [...commas, at]
      return ends.flatMap((end, index) => {
        const choice = glob.slice((ends[index - 1] ?? open) + 1, end)
        return expandBraces(glob.slice(0, open) + choice + glob.slice(at + 1))
      })
    }
  }
  return [glob]
}

/** The part of a pattern before its first wildcard, down to a folder. */
function startFolder(glob: string): string {
  const fixed = glob.split('/')
  const wild = fixed.findIndex((part) => /[*?]/.test(part))
  return fixed.slice(0, wild < 0 ? fixed.length - 1 : wild).join('/')
}

export function globPattern(glob: string): RegExp {
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|[\\^$.+|()[\]{}]/g, (part) => {
    if (part === '**/') return '(?:[^/]+/)*'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return `\\${part}`
  })
  return new RegExp(`^${source}$`)
}
