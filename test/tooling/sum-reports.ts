import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Sums {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** What this script reads of a report of vitest's JSON reporter. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly VitestTest[]
  }[]
}

interface VitestTest {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

/**
 * Adds up reports. A file that could not even be loaded has no tests to fail, and a step that failed
 * without a failed test (types, lint, the demo, a runner that died) leaves no report: each counts as
 * one failure, so that a red run never says `0 failed`.
 */
export function sumReports(reports: readonly VitestReport[], failedSteps: number): Sums {
  const sum = (count: (report: VitestReport) => number) => reports.reduce((total, report) => total + count(report), 0)
  const unloadable = (report: VitestReport) =>
    report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length
  const failedTests = sum((report) => report.numFailedTests + unloadable(report))
  return {
    passed: sum((report) => report.numPassedTests),
    failed: Math.max(failedTests, failedSteps),
    skipped: sum((report) => report.numPendingTests + report.numTodoTests),
  }
}

/** A line for each test that failed, and passed when asked again: vitest keeps the failure of a test that passed. */
export function secondAttempts(reports: readonly VitestReport[]): string[] {
  return reports.flatMap(({ testResults }) =>
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
        .map(({ fullName, failureMessages }) => `${name}: ${fullName}\n    ${failureMessages[0]!.split('\n', 1)[0]}`),
    ),
  )
}

/** A run that ran nothing has proved nothing. */
export function isGreen({ passed, failed }: Sums): boolean {
  return failed === 0 && passed > 0
}

if (import.meta.main) {
  const [folder = '', failedSteps = '0'] = process.argv.slice(2)
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  const reports = names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as VitestReport)
  const again = secondAttempts(reports)
  if (again.length > 0) console.log(`passed at the second attempt only, and want mending:\n  ${again.join('\n  ')}`)
  const sums = sumReports(reports, Number(failedSteps))
  console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`)
  process.exitCode = isGreen(sums) ? 0 : 1
}
