import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../../compiler/dist/compiler/cli/bin.js', import.meta.url))

/** How long a Node process lives, in milliseconds, from its start to its end. It must succeed. */
export function timeNode(folder: string, ...args: readonly string[]): number {
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return performance.now() - began
}

export function timeJasperGen(folder: string, ...args: readonly string[]): number {
  return timeNode(folder, bin, ...args)
}

/** A `jasper-gen watch` that runs. */
export interface RunningWatch {
  /** Makes an edit; resolves with the milliseconds from there to the line that says that the output is written. */
  rebuild(edit: () => void): Promise<number>
  end(): Promise<void>
}

/** Starts `jasper-gen watch`, and resolves when it has built and listens. */
export async function startWatch(folder: string): Promise<RunningWatch> {
  const child = spawn(process.execPath, [bin, 'watch', '--json'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (event: string): Promise<void> => {
    for (;;) {
      const line = await lines.next()
      if (line.done === true) throw new Error(`jasper-gen watch ended before it said ${event}`)
      const said = JSON.parse(line.value) as { readonly event: string; readonly ok: boolean }
      if (!said.ok) throw new Error(`jasper-gen watch: ${line.value}`)
      if (said.event === event) return
    }
  }
  await next('watching')
  return {
    rebuild: async (edit) => {
      const began = performance.now()
      edit()
      await next('built')
      return performance.now() - began
    },
    end: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}
