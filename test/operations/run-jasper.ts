import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../tooling/package-doors.ts'

/** The command as users have it: built, and started by node. */
const bin = join(repository, 'runtime/dist/cli/bin.js')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

export interface JasperOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Called with what was written to standard error so far. */
  readonly onError?: (text: string, child: { kill(signal: 'SIGINT'): void }) => void
}

/** Runs `jasper` in a process of its own, without colours unless the environment says otherwise, and with nobody to ask. */
export async function jasper(args: readonly string[], options: JasperOptions = {}): Promise<Ended> {
  if (!existsSync(bin)) throw new Error(`${bin} is not there: run npm run build first.`)
  const env = { PATH: process.env['PATH'] ?? '', ...options.env }
  const child = spawn(process.execPath, [bin, ...args], { cwd: options.cwd ?? repository, env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(options.input ?? '')
  let out = ''
  let error = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text
    options.onError?.(error, { kill: (signal) => void child.kill(signal) })
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { code, out, error }
}
