import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { answersFile, answersOf, explainedCases } from './explained-case.ts'

describe('explain', { timeout: 120_000 }, () => {
  it.each(explainedCases())('answers what was recorded: %s', async (name) => {
    expect(await answersOf(name)).toBe(readFileSync(answersFile(name), 'utf8'))
  })
})
