import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What `want/` calls the output of the program. */
export const programOutput = 'program.txt'

/**
 * Runs `src/main.ts` of an app as it stands, by Node's type stripping, and resolves with what it
 * printed; `undefined` where there is no program. Rejects when it fails or takes half a minute.
 */
export async function runProgram(folder: string): Promise<string | undefined> {
  if (!existsSync(join(folder, 'src/main.ts'))) return undefined
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['src/main.ts'], { cwd: folder, timeout: 30_000 })
  return stdout + stderr
}
