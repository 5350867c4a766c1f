import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './temporary-project.ts'

/** The command line as users have it: built, and started by node. */
const bin = join(repository, 'compiler/dist/compiler/cli/bin.js')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/**
 * Runs `jasper-gen` in a process of its own, without colours and outside of GitHub's eyes unless the
 * environment says otherwise.
 */
export async function jasperGen(
  cwd: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly node?: readonly string[] } = {},
): Promise<Ended> {
  if (!existsSync(bin)) throw new Error(`${bin} is not there: run npm run build first.`)
  const child = spawn(process.execPath, [...(options.node ?? []), bin, ...args], {
    cwd,
    env: options.env ?? { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let error = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { code, out, error }
}
