import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { repository } from '../tooling/package-doors.ts'

const run = promisify(execFile)

describe.each(['order-desk', 'ledger', 'ping-pong/ping', 'ping-pong/pong'])('the app %s', (name) => {
  const app = join(repository, 'fixtures/apps', name)

  it('holds the code that the compiler writes, byte for byte', { timeout: 120_000 }, async () => {
    const checked = await run(process.execPath, [join(repository, 'compiler/dist/compiler/cli/bin.js'), 'check'], { cwd: app })
    expect(checked.stdout + checked.stderr).not.toContain('stale')
  })

  it('compiles under tsc with every strict flag of its tsconfig', { timeout: 60_000 }, async () => {
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    expect((await run(process.execPath, [tsc, '-p', app])).stdout).toBe('')
  })
})
