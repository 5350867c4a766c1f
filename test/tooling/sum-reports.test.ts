import { describe, expect, it } from 'vitest'
import { isGreen, secondAttempts, sumReports, type VitestReport } from './sum-reports.ts'

const report = (counts: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...counts,
})

describe('the closing line of CI', () => {
  it('adds up every suite', () => {
    const reports = [
      report({ numPassedTests: 3, numPendingTests: 1 }),
      report({ numPassedTests: 4, numTodoTests: 1, numFailedTests: 2 }),
    ]
    expect(sumReports(reports, 0)).toEqual({ passed: 7, failed: 2, skipped: 2 })
  })

  it('counts a file that could not be loaded as a failure', () => {
    const broken = report({ numPassedTests: 5, testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] })
    expect(sumReports([broken], 1)).toEqual({ passed: 5, failed: 1, skipped: 0 })
  })

  it('never says 0 failed when a step failed', () => {
    const sums = sumReports([report({ numPassedTests: 5 })], 2)
    expect(sums.failed).toBe(2)
    expect(isGreen(sums)).toBe(false)
  })

  it('is red when nothing ran', () => {
    expect(isGreen(sumReports([], 0))).toBe(false)
    expect(isGreen(sumReports([report({ numPendingTests: 9 })], 0))).toBe(false)
  })

  it('is green when something ran and all of it passed', () => {
    expect(isGreen(sumReports([report({ numPassedTests: 1 })], 0))).toBe(true)
  })

  it('names the tests that passed at their second attempt', () => {
    const test = (fullName: string, status: string, ...failureMessages: string[]) => ({ fullName, status, failureMessages })
    const assertionResults = [test('good', 'passed'), test('shaky', 'passed', 'Error: late\n    at line 3'), test('bad', 'failed', 'Error: no')]
    expect(secondAttempts([report({ testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults }] })])).toEqual([
      'a.test.ts: shaky\n    Error: late',
    ])
  })
})
