import type { Reading } from './contender.ts'
import { spreadOf } from './statistics.ts'

/** Milliseconds from the call of `send` until it calls `handled`, one message at a time. */
export async function latencies(messages: number, send: (handled: () => void) => Promise<void>): Promise<Reading> {
  const times: number[] = []
  for (let sent = 0; sent < messages; sent += 1) {
    const began = performance.now()
    let sending: Promise<void> | undefined
    await new Promise<void>((resolve, reject) => {
      sending = send(() => {
        times.push(performance.now() - began)
        resolve()
      })
      sending.catch(reject)
    })
    await sending
  }
  const sorted = times.toSorted((a, b) => a - b)
  return { value: spreadOf(times).median, p99: sorted[Math.floor(sorted.length * 0.99)]! }
}
