import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { cron } from '../../runtime/cron/index.ts'

/** The next ticks, in UTC. */
function ticks(expression: string, timezone: string, from: string, count: number): readonly string[] {
  const timetable = cron(expression, timezone)
  const found: string[] = []
  for (let at = new Date(from); found.length < count; ) {
    at = timetable.next(at)!
    found.push(at.toISOString().replace(':00.000Z', 'Z'))
  }
  return found
}

describe('cron', () => {
  it('ticks at a time of day of its zone, also where the clock goes forward over it: once, when it has', () => {
    expect(ticks('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual(['2026-03-28T01:30Z', '2026-03-29T01:00Z', '2026-03-30T00:30Z'])
  })

  it('ticks once at a time of day that comes twice', () => {
    expect(ticks('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual(['2026-10-25T00:30Z', '2026-10-26T01:30Z'])
  })

  it('ticks every half hour and every hour through both changes of the clock', () => {
    expect(ticks('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 4)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
    ])
    expect(ticks('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 3)).toEqual(['2026-10-25T00:00Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z'])
    expect(ticks('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:10:00Z', 3)).toEqual(['2026-03-29T00:30Z', '2026-03-29T01:00Z', '2026-03-29T01:30Z'])
  })

  it('knows the last tick at an instant, and the one before it', () => {
    const daily = cron('0 3 * * *', 'Europe/Berlin')
    expect(daily.last(new Date('2026-01-02T02:00:00Z'))).toEqual(new Date('2026-01-02T02:00:00Z'))
    expect(daily.last(new Date('2026-01-02T01:59:59.999Z'))).toEqual(new Date('2026-01-01T02:00:00Z'))
  })

  it('is UTC when unsaid, and reads alike where it means the same', () => {
    expect(cron(' 0  3 * * *').description).toBe(cron('0 3 * * *', 'UTC').description)
    expect(cron('0 3 * * *').next(new Date('2026-07-01T00:00:00Z'))).toEqual(new Date('2026-07-01T03:00:00Z'))
  })

  it.each(['', 'daily', '* * *', '61 * * * *', '0 25 * * *', '@reboot', '0 3 31 2 *', '2026-12-24T00:00:00'])('refuses %j', (expression) => {
    expect(() => cron(expression)).toThrow(expect.objectContaining({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining(JSON.stringify(expression)) }))
  })

  it('says what to install when croner is missing', async () => {
    const withoutCroner = `
      import { Module } from 'node:module'
      const resolve = Module._resolveFilename
      Module._resolveFilename = (name, ...rest) => {
        if (name === 'croner') throw Object.assign(new Error("Cannot find module 'croner'"), { code: 'MODULE_NOT_FOUND' })
        return resolve(name, ...rest)
      }
      const { cron } = await import(new URL('runtime/cron/index.ts', 'file://' + process.cwd() + '/'))
      try { cron('0 3 * * *') } catch (error) { console.log(error.code, error.message) }`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', withoutCroner])
    expect(stdout).toMatch(/^JASPER_MISSING_PEER .*npm install croner/)
  })

  it('refuses a time zone that does not exist', () => {
    expect(() => cron('0 3 * * *', 'Mars/Phobos')).toThrow(expect.objectContaining({ code: 'JASPER_BAD_OPTION', message: expect.stringContaining('Mars/Phobos') }))
  })
})
