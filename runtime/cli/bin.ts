#!/usr/bin/env node
import { processTerminal } from './terminal.ts'
import { run } from './run.ts'

// `jasper dead-letters list | head` closes the pipe early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

// The first Ctrl-C ends a replay between two batches; the second ends the process.
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())

run(process.argv.slice(2), processTerminal(), interrupted.signal).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(`jasper has a defect: it stopped at something that it did not expect.\n\n  ${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 70
  },
)
