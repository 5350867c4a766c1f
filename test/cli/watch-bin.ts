import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { repository } from './temporary-project.ts'

const bin = join(repository, 'compiler/dist/compiler/cli/bin.js')

/** One line of `jasper-gen watch --json`. */
export interface WatchLine {
  readonly event: 'built' | 'failed' | 'misconfigured' | 'watching'
  readonly ok: boolean
  readonly rebuilt: readonly string[]
  readonly written: readonly string[]
  readonly deleted: readonly string[]
  readonly because: readonly { readonly path: string; readonly kind: string }[]
  readonly diagnostics: readonly { readonly code: string }[]
}

export interface RunningWatch {
  /** All lines so far. */
  readonly lines: readonly WatchLine[]
  /** The first line that is as wanted, of those that came after the last one that was asked for. */
  next(wanted: (line: WatchLine) => boolean): Promise<WatchLine>
  /** Sends a signal and resolves with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

const deadline = 60_000

/** Starts `jasper-gen watch --json` in a process of its own. Whoever starts it ends it. */
export function watchProject(cwd: string, args: readonly string[] = []): RunningWatch {
  const child = spawn(process.execPath, [bin, 'watch', '--json', ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: WatchLine[] = []
  let rest = ''
  let error = ''
  let seen = 0
  let look = (): void => undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.map((line) => JSON.parse(line) as WatchLine))
    look()
  })
  const closed = new Promise<number | null>((resolve) => void child.on('close', resolve))
  return {
    lines,
    next: (wanted) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`No such line came: ${String(wanted)}\n${JSON.stringify(lines, undefined, 1)}\n${error}`)), deadline)
        look = () => {
          const at = lines.findIndex((line, index) => index >= seen && wanted(line))
          if (at < 0) return
          seen = at + 1
          clearTimeout(timer)
          resolve(lines[at] as WatchLine)
        }
        look()
      }),
    end: (signal) => {
      child.kill(signal)
      return closed
    },
  }
}
