import { decodeFailure } from './codec-failure.ts'

/**
 * A `Date` from ISO 8601 text with `T` and an offset: `2024-05-01T12:00:00Z`, `…T14:00:00.5+02:00`.
 *
 * Days that the calendar does not have are refused rather than rolled over, local times likewise.
 * Digits beyond milliseconds are cut off. Throws `JASPER_DECODE`.
 */
export function readDate(value: unknown, path: string): Date {
  if (typeof value === 'string' && value.length === 24) {
    const time = timeOfCanonical(value)
    if (time !== undefined) return new Date(time)
  }
  if (typeof value === 'string' && isoDateTime.test(value)) {
    const date = new Date(value)
    if (!Number.isNaN(date.getTime()) && isRealDay(value)) return date
  }
  throw decodeFailure(path, 'a date and time with offset, such as "2024-05-01T12:00:00Z"', value)
}

const isoDateTime =
  /^(?:\d{4}|[+-]\d{6})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,18})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** V8 takes the 30th of February for the 1st of March. Only days after the 28th can be unreal. */
function isRealDay(text: string): boolean {
  const t = text.indexOf('T')
  const day = Number(text.slice(t - 2, t))
  if (day <= 28) return true
  const month = Number(text.slice(t - 5, t - 3))
  if (month !== 2) return day <= 30 || (month > 7 ? month % 2 === 0 : month % 2 === 1)
  const year = Number(text.slice(0, t - 6))
  return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/**
 * The time of text as our encoder writes it, `2024-05-01T12:00:00.000Z`, up to the 28th of a month and
 * from the year 100 on; undefined for all else, which goes the longer way. Half the time of a decoded
 * order was spent on its dates.
 */
function timeOfCanonical(text: string): number | undefined {
  for (let index = 0; index < separators.length; index += 2) {
    if (text.charCodeAt(separators[index]!) !== separators[index + 1]) return undefined
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const millisecond = twoDigits(text, 20) * 10 + digit(text, 22)
  // Anything that is no digit has made its number NaN, and every comparison with that is false.
  const plain = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59
  return plain && millisecond <= 999 ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond) : undefined
}

/** Positions and characters: `-`, `-`, `T`, `:`, `:`, `.`, `Z`. */
const separators = [4, 45, 7, 45, 10, 84, 13, 58, 16, 58, 19, 46, 23, 90] as const

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1)
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48
  return value >= 0 && value <= 9 ? value : NaN
}
