import { execFile } from 'node:child_process'

export interface Greeting {
  /** What the app printed. */
  readonly out: string
  /** `null`: it was killed. */
  readonly exitCode: number | null
}

/** Runs the app that `init` writes until it has greeted, and tells it to stop then. */
export async function greeted(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<Greeting> {
  const child = execFile(process.execPath, ['src/main.ts'], { cwd: folder, env })
  let out = ''
  let told = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: string) => {
      out += text
      if (told || !out.includes('Hello, Ada!')) return
      told = true
      child.kill('SIGTERM')
    })
  }
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { out, exitCode }
}
