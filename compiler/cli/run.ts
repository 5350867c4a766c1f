import { findConfigs } from '../config/find-config.ts'
import { loadConfig } from '../config/load-config.ts'
import { projectDefaults, type Project } from '../config/project.ts'
import { hasErrors } from '../compilation.ts'
import { toolVersion } from '../cache/tool-identity.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { commands, type OutputFormat } from './commands.ts'
import { exitCodes, exitCodeFor, type ExitCode } from './exit-codes.ts'
import { readArguments } from './read-arguments.ts'
import { painter, type Terminal } from './terminal.ts'

/**
 * Runs one command line: argv in, exit code out.
 *
 * @param argv  What follows `jasper-gen`.
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const read = readArguments(argv, terminal.env)
  switch (read.kind) {
    case 'version':
      terminal.out(`${toolVersion()}\n`)
      return exitCodes.fine
    case 'help': {
      const { commandHelp, generalHelp } = await import('./help.ts')
      const paint = painter(terminal.color)
      terminal.out(read.command === undefined ? generalHelp(paint, terminal.columns) : commandHelp(read.command, paint, terminal.columns))
      return exitCodes.fine
    }
    case 'nothing': {
      const { generalHelp } = await import('./help.ts')
      terminal.error(generalHelp(painter(false)))
      return exitCodes.usage
    }
    case 'wrong': {
      const complaint = read.format === 'json' ? terminal : { ...terminal, out: (text: string) => terminal.error(text) }
      await refuse(terminal.cwd, read.diagnostics, read.format, complaint)
      return exitCodes.usage
    }
    case 'run': {
      const loaded = await loadConfig(terminal.cwd, read.options.config)
      const { diagnostics, folder } = loaded
      const project = commands[read.name]?.worksWithoutConfig === true ? (loaded.project ?? withoutConfig(folder)) : loaded.project
      if (project === undefined || (loaded.project !== undefined && hasErrors(diagnostics))) {
        await refuse(folder, diagnostics, read.options.format, terminal)
        return exitCodeFor(diagnostics)
      }
      const command = await commands[read.name]?.load()
      return command === undefined ? exitCodes.usage : await command(project, read.options, terminal)
    }
  }
}

/** A project whose config is there and cannot be loaded. */
function withoutConfig(folder: string): Project {
  return { ...projectDefaults, folder, configFile: findConfigs(folder)[0] }
}

/** Prints why a command does not even begin. */
async function refuse(folder: string, diagnostics: readonly Diagnostic[], format: OutputFormat, terminal: Terminal): Promise<void> {
  if (format === 'json') {
    const { asDocument } = await import('./as-document.ts')
    terminal.out(asDocument({ ok: false, diagnostics }))
  } else {
    const { reportProblems } = await import('./report-problems.ts')
    await reportProblems(folder, diagnostics, format, terminal)
  }
}
