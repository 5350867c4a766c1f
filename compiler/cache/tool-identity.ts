import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hashContent } from './hash.ts'

/**
 * Which compiler made a build record: its own version and that of the TypeScript inside it. Neither
 * is loaded to be asked.
 *
 * An installed package is known by its version. A working copy of this repository keeps its version
 * while its code changes, so there the code itself is hashed.
 */
export function toolIdentity(): string {
  const folder = packageFolder()
  const typescript = versionIn(createRequire(import.meta.url).resolve('@ts-morph/common/package.json'))
  const code = folder.includes(`${sep}node_modules${sep}`) ? '' : `+${hashSources(folder)}`
  return `jasper-gen ${toolVersion()}${code}, compiler of @ts-morph/common ${typescript}`
}

export function toolVersion(): string {
  return versionIn(join(packageFolder(), 'package.json'))
}

/** The folder of our package.json: this file stands below it, in `dist` when built. */
function packageFolder(): string {
  let folder = dirname(realpathSync(fileURLToPath(import.meta.url)))
  while (!readdirSync(folder).includes('package.json')) folder = dirname(folder)
  return folder
}

function versionIn(packageJson: string): string {
  const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { readonly version: string }
  return version
}

function hashSources(folder: string): string {
  const built = dirname(realpathSync(fileURLToPath(import.meta.url))).startsWith(join(folder, 'dist') + sep)
  const roots = built ? [join(folder, 'dist')] : [folder, join(dirname(folder), 'templates')]
  const hashes: string[] = []
  for (const root of roots) collect(root, '', hashes)
  return hashContent(hashes.sort().join('\n'))
}

function collect(root: string, below: string, hashes: string[]): void {
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') collect(root, path, hashes)
    } else if (/\.[jt]s$/.test(entry.name) && !entry.name.endsWith('.d.ts')) {
      hashes.push(`${path} ${hashContent(readFileSync(join(root, path)))}`)
    }
  }
}
