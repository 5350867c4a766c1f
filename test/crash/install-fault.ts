import { writeSync } from 'node:fs'

/**
 * Loaded before the program of a child process (`node --import`). Reads what is to happen there:
 * `JASPER_FAULT=<point>[:<n>]:kill` ends the process with SIGKILL at the n-th passing of the point,
 * the first when unsaid; an unknown spelling ends it at once with a sentence.
 *
 * The points belong to the built runtime, the very modules that the app loads.
 */
const said = process.env['JASPER_FAULT'] ?? ''
const match = /^([a-z]+\.[a-z-]+)(?::([1-9][0-9]*))?:kill$/.exec(said)
if (match === null) {
  writeSync(2, `JASPER_FAULT=${JSON.stringify(said)} is not <point>[:<n>]:kill\n`)
  process.exit(64)
}
const point = match[1]
let left = Number(match[2] ?? '1')

const built = new URL('../../runtime/dist/timing/fault-point.js', import.meta.url)
const { installFaultPoints } = (await import(built.href)) as typeof import('../../runtime/timing/fault-point.ts')
installFaultPoints((passed) => {
  if (passed !== point || --left > 0) return
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way; nothing may happen before it arrives.
  return new Promise<void>(() => undefined)
})
