import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WriteStream } from 'node:tty'
import { describe, expect, it } from 'vitest'
import type { Breach } from '../../fixtures/apps/order-desk/demo/audit.ts'
import { printReport } from '../../fixtures/apps/order-desk/demo/report.ts'
import { screenOn } from '../../fixtures/apps/order-desk/demo/screen.ts'
import type { TrialOutcome } from '../../fixtures/apps/order-desk/demo/trial.ts'
import { eventually } from '../support/eventually.ts'
import { repository } from '../tooling/package-doors.ts'

function paper(isTTY: boolean) {
  const written: string[] = []
  const out = { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as WriteStream
  return { out, text: () => written.join('') }
}

function outcome(breaches: readonly Breach[], kills = 2): TrialOutcome {
  return {
    receipts: { asked: new Set(['a', 'b']), accepted: new Set(['a', 'b']), askedAgain: 1 },
    report: { confirmed: 1, rejected: 1, letters: 1, letterTwice: 0, breaches },
    backAfter: Array.from({ length: kills }, () => 0.5),
    takenOver: 3,
    timedOut: 1,
    seconds: 20,
  }
}

const asked = { orders: 2, kills: 2 }

describe('the report of the demo', () => {
  it('holds when no promise is broken', () => {
    const { out, text } = paper(false)
    expect(printReport(screenOn(out, {}), asked, outcome([]))).toBe(true)
    expect(text()).toContain('✓ Every accepted order was carried through, and nothing happened twice.')
    expect(text()).toMatch(/lost +0 /)
  })

  for (const [kind, row] of [['lost', 'lost'], ['doubled', 'doubled'], ['ghost', 'ghosts'], ['left over', 'left over'], ['books', 'books that disagree']] as const) {
    it(`fails on what is ${kind}, counts it and names the order`, () => {
      const { out, text } = paper(false)
      expect(printReport(screenOn(out, {}), asked, outcome([{ kind, orderId: 'order-7', what: 'went wrong' }]))).toBe(false)
      expect(text()).toContain('✗ A promise was broken.')
      expect(text()).toMatch(new RegExp(`${row} +1 `))
      expect(text()).toContain('order order-7 went wrong')
      expect(text()).not.toContain('✓')
    })
  }

  it('fails when the desk was not killed as often as promised', () => {
    const { out, text } = paper(false)
    expect(printReport(screenOn(out, {}), asked, outcome([], 1))).toBe(false)
    expect(text()).toContain('Only 1 of 2 kills took place')
  })
})

describe('the screen of the demo', () => {
  it('redraws its line on a terminal, in colours', () => {
    const { out, text } = paper(true)
    const screen = screenOn(out, {})
    screen.progress(screen.good('one'))
    screen.progress('two')
    screen.line('three')
    expect(text()).toBe('\r\u001b[2K\u001b[32mone\u001b[0m\r\u001b[2Ktwo\nthree\n')
  })

  it('has no colours where NO_COLOR says so', () => {
    const { out, text } = paper(true)
    const screen = screenOn(out, { NO_COLOR: '1' })
    screen.line(screen.bad(screen.strong('plain')))
    expect(text()).toBe('plain\n')
  })

  it('prints plain lines elsewhere, and not all of them', () => {
    const { out, text } = paper(false)
    const screen = screenOn(out, {})
    for (let step = 0; step < 50; step++) screen.progress(`step ${step}`)
    screen.line('end')
    expect(text()).toBe('step 0\nend\n')
  })
})

describe('the demo', () => {
  it('stopped with Ctrl-C, leaves neither a folder nor a process', { timeout: 90_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jasper-demo-test-'))
    chmodSync(folder, 0o755)
    try {
      const demo = spawn(process.execPath, [join(repository, 'fixtures/apps/order-desk/demo.ts')], {
        env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: undefined },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let printed = ''
      demo.stdout.on('data', (text) => (printed += String(text)))
      const ended = new Promise<number | null>((resolve) => demo.once('close', resolve))
      await eventually('orders are accepted', () => /\b[1-9][0-9]* accepted/.test(printed), 60_000)
      demo.kill('SIGINT')
      expect(await ended).toBe(130)
      expect(printed).toContain('Stopped; cleaning up.')
      expect(readdirSync(folder).filter((name) => name.startsWith('jasper-demo'))).toEqual([])
      await eventually('no process works in that folder any more', () => processesIn(folder).length === 0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** Command lines that name the folder, where the system shows them. */
function processesIn(folder: string): readonly string[] {
  if (!existsSync('/proc/self/cmdline')) return []
  return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return line.includes(folder) ? [line] : []
    } catch {
      // It ended while we looked.
      return []
    }
  })
}
