import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The peers come with the first run, so that `npm ci` of the repository does not bring them. */
export function installPeers(): void {
  if (isInstalled()) return
  console.log('Installing the peers (once, about 60 MB) ...')
  // npm of this machine; it complains that packages want the newer Node that runs us.
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ci in ${folder} failed:\n${stderr}`)
}

function isInstalled(): boolean {
  const lock = (path: string): string => JSON.stringify(versions(`${folder}${path}`))
  return existsSync(`${folder}node_modules/.package-lock.json`) && lock('package-lock.json') === lock('node_modules/.package-lock.json')
}

function versions(path: string): readonly string[] {
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as { readonly packages: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>> }
  return Object.entries(packages)
    .filter(([name, { optional }]) => name !== '' && optional !== true)
    .map(([name, { version }]) => `${name} ${version}`)
    .sort()
}
