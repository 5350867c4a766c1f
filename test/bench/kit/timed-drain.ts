import type { Reading } from './contender.ts'

export interface Drain {
  readonly messages: number
  /** Begins to take messages. Each one that is handled calls `handled`. */
  start(handled: () => void): Promise<void>
  /** Whether all of them are durably done. */
  isDone(): Promise<boolean>
  stop(): Promise<void>
}

const deadlineMs = 120_000

/**
 * Messages a second from the first handler that began to the last completion that is durable: starting a
 * worker is not part of it, nor is a completion that the database has not seen left out.
 */
export async function timeDrain({ messages, start, isDone, stop }: Drain): Promise<Reading> {
  let handled = 0
  let beganAt = 0
  let cpu = process.cpuUsage()
  let allHandled!: () => void
  const last = new Promise<void>((resolve) => (allHandled = resolve))
  await start(() => {
    if (handled === 0) {
      beganAt = performance.now()
      cpu = process.cpuUsage()
    }
    handled += 1
    if (handled === messages) allHandled()
  })
  const late = AbortSignal.timeout(deadlineMs)
  await Promise.race([last, new Promise((_, reject) => late.addEventListener('abort', () => reject(new Error(`only ${handled} of ${messages} handled`))))])
  while (!(await isDone())) if (late.aborted) throw new Error('handled, but never durably done')
  const seconds = (performance.now() - beganAt) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  await stop()
  return { value: messages / seconds, cpuMicrosecondsPerMessage: (user + system) / messages, handled }
}

/** Runs `work` so often, so many at a time; resolves with how many were done a second. */
export async function timeConcurrently(times: number, concurrency: number, work: (worker: number) => Promise<void>): Promise<Reading> {
  let left = times
  const cpu = process.cpuUsage()
  const beganAt = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      while (left-- > 0) await work(worker)
    }),
  )
  const seconds = (performance.now() - beganAt) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  return { value: times / seconds, cpuMicrosecondsPerMessage: (user + system) / times }
}
