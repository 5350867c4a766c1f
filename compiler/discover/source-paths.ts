import type { RecordingHost } from './recording-host.ts'

/** Absolute, with forward slashes and without `.` and `..`. */
export function absolutePath(folder: string, path: string): string {
  const joined = isAbsolute(path) ? path.replaceAll('\\', '/') : `${folder}/${path.replaceAll('\\', '/')}`
  const [, prefix = '', rest = ''] = /^([A-Za-z]:\/|\/\/|\/)?(.*)$/s.exec(joined) ?? []
  const parts: string[] = []
  for (const part of rest.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return prefix + parts.join('/')
}

/** `path` as seen from `folder`, both absolute. */
export function relativePath(folder: string, path: string): string {
  // Nearly all are.
  if (path.startsWith(`${folder}/`) && !path.includes('//') && !path.endsWith('/')) return path.slice(folder.length + 1)
  const from = folder.split('/').filter(Boolean)
  const to = path.split('/').filter(Boolean)
  let shared = 0
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')
}

export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

export function parentOf(path: string): string {
  const end = path.lastIndexOf('/')
  return end <= 0 ? '/' : path.slice(0, end)
}

/** Folders from `folder` up to the root of the file system. */
export function* foldersUpFrom(folder: string): Generator<string> {
  for (let current = folder; ; current = parentOf(current)) {
    yield current
    if (parentOf(current) === current || !current.includes('/', 1)) break
  }
  if (folder.startsWith('/') && folder !== '/') yield ''
}

/** Names of packages by folder: each file of a project asks for that of its own, and the answer is parsed once. */
const packageNames = new WeakMap<RecordingHost, Map<string, string | undefined>>()

/** The nearest package.json at or above `folder` that has a name. */
export function nearestPackage(host: RecordingHost, folder: string): { readonly folder: string; readonly name: string } | undefined {
  for (const candidate of foldersUpFrom(folder)) {
    const name = packageNameIn(host, candidate)
    if (name !== undefined) return { folder: candidate, name }
  }
  return undefined
}

function packageNameIn(host: RecordingHost, folder: string): string | undefined {
  const names = packageNames.get(host) ?? new Map<string, string | undefined>()
  packageNames.set(host, names)
  if (!names.has(folder)) {
    const text = host.fileExists(`${folder}/package.json`) ? host.readFile(`${folder}/package.json`) : undefined
    names.set(folder, text === undefined ? undefined : nameIn(text))
  }
  return names.get(folder)
}

function nameIn(text: string): string | undefined {
  try {
    const name: unknown = (JSON.parse(text) as { name?: unknown } | null)?.name
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch {
    return undefined
  }
}

function isAbsolute(path: string): boolean {
  return /^([A-Za-z]:)?[\\/]/.test(path)
}
