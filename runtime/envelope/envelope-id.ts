import { getRandomValues } from 'node:crypto'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const pool = new Uint8Array(8 * 512)
let poolAt = pool.length
let lastMs = 0
let counter = 0

/**
 * A UUIDv7 (RFC 9562, section 6.2, method 1): 48 bits of `now` in milliseconds, a 12-bit counter,
 * 62 random bits.
 *
 * Ids made by one process ascend, also within a millisecond and when the clock goes back: rows
 * append to their index, and ids sort in the order of sending.
 */
export function newEnvelopeId(now: number): string {
  if (now > lastMs) {
    lastMs = now
    counter = 0
  } else if (++counter > 0xfff) {
    lastMs += 1
    counter = 0
  }
  if (poolAt === pool.length) {
    getRandomValues(pool)
    poolAt = 0
  }
  const high = Math.floor(lastMs / 0x1_0000_0000)
  const low = lastMs >>> 0
  const r = poolAt
  poolAt += 8
  return (
    byte(high >>> 8) + byte(high) + byte(low >>> 24) + byte(low >>> 16) + '-' + byte(low >>> 8) + byte(low) +
    '-' + byte(0x70 | (counter >>> 8)) + byte(counter) +
    '-' + byte(0x80 | (pool[r]! & 0x3f)) + byte(pool[r + 1]!) +
    '-' + byte(pool[r + 2]!) + byte(pool[r + 3]!) + byte(pool[r + 4]!) + byte(pool[r + 5]!) + byte(pool[r + 6]!) + byte(pool[r + 7]!)
  )
}

function byte(value: number): string {
  return hex[value & 0xff]!
}
