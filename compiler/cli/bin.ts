#!/usr/bin/env node
import { refuseOldNode } from './refuse-old-node.ts'

// Everything else is loaded later: an old Node would stop at the first import that it does not have, with a stack trace.
const refusal = refuseOldNode(process.versions.node)
if (refusal !== undefined) {
  process.stderr.write(refusal)
  process.exit(3)
}

// Before anything larger is loaded: half of the time of a quick run is the parsing of modules.
const { enableCompileCache } = await import('node:module')
enableCompileCache()

const { quietWarnings } = await import('./quiet-warnings.ts')
quietWarnings(process)

// `jasper-gen describe | head` closes the pipe early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const { processTerminal } = await import('./terminal.ts')
try {
  const { run } = await import('./run.ts')
  process.exitCode = await run(process.argv.slice(2), processTerminal())
} catch (error) {
  const { internalReport } = await import('./internal-report.ts')
  process.stderr.write(internalReport(error))
  process.exitCode = 70
}
