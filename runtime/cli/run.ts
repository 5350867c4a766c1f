import { readFileSync } from 'node:fs'
import { JasperError } from '../errors/jasper-error.ts'
import { systemClock } from '../timing/system-clock.ts'
import { asDocument } from './as-document.ts'
import type { Command, CommandContext } from './commands.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { commandHelp, generalHelp } from './help.ts'
import { findStore, withStore } from './open-store.ts'
import { readArguments, type Arguments } from './read-arguments.ts'
import { painter, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/**
 * Runs one command line: argv in, exit code out.
 *
 * @param argv  What follows `jasper`.
 * @param interrupted  Aborts when the person wants it to end.
 */
export async function run(argv: readonly string[], terminal: Terminal, interrupted: AbortSignal): Promise<ExitCode> {
  try {
    return await perform(readArguments(argv), terminal, interrupted)
  } catch (error) {
    const refused = refusal(error)
    if (refused === undefined) throw error
    const { code, message, exit } = refused
    if (argv.includes('--json')) terminal.out(asDocument({ ok: false, error: { code, message } }))
    else terminal.error(`${painter(terminal.color)('red', '✗')} ${message}\n`)
    return exit
  }
}

async function perform(read: Arguments, terminal: Terminal, interrupted: AbortSignal): Promise<ExitCode> {
  const paint = painter(terminal.color)
  switch (read.kind) {
    case 'version':
      terminal.out(`${version()}\n`)
      return exitCodes.fine
    case 'help':
      terminal.out(
        read.command === undefined
          ? generalHelp(paint, terminal.columns, read.group)
          : commandHelp(read.command, paint, terminal.columns),
      )
      return exitCodes.fine
    case 'nothing':
      terminal.error(generalHelp(painter(false), terminal.columns))
      return exitCodes.usage
    case 'run': {
      const { command, said, operands } = read
      const store = await findStore(said, terminal)
      return await start(command, { store, said, operands, terminal, paint, now: systemClock.now(), interrupted })
    }
  }
}

async function start(command: Command, context: CommandContext): Promise<ExitCode> {
  const runCommand = await command.load()
  const access = command.access(context.said)
  if (access === undefined) return await runCommand(context)
  return await withStore(context.store, access, context.terminal, () => runCommand(context))
}

/** Errors that have been thought of, and how a process ends with them. */
function refusal(error: unknown): { readonly code: string; readonly message: string; readonly exit: ExitCode } | undefined {
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message, exit: exitCodes.usage }
  if (!JasperError.is(error)) return undefined
  const isUsage = error.code === 'JASPER_BAD_OPTION' || error.code === 'JASPER_MISSING_PEER' || error.code === 'JASPER_NOT_SUPPORTED'
  return { code: error.code, message: error.message, exit: isUsage ? exitCodes.usage : exitCodes.store }
}

/** From the package.json beside which this file is installed, whether built or not. */
function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { name?: string; version?: string }
      if (name === 'jasper-runtime' && found !== undefined) return found
    } catch {
      // The other one, then.
    }
  }
  return 'unknown'
}
