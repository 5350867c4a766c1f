import { join, relative, sep } from 'node:path'
import { loadConfig } from '../config/load-config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { WatchEvent } from '../watch/watch-project.ts'
import type { CommandOptions, RunCommand } from './commands.ts'
import { exitCodeFor } from './exit-codes.ts'
import type { NotBuiltDocument, RebuiltDocument, WatchingDocument } from './json-documents.ts'
import { counted, duration, goneInWords } from './in-words.ts'
import { outputPath } from './project-paths.ts'
import { reportProblems } from './report-problems.ts'
import { painter, type Terminal } from './terminal.ts'
import { causeInWords, rebuiltInWords } from './watch-words.ts'

/** `jasper-gen watch` */
export const runWatch: RunCommand = async (project, options, terminal) => {
  const { watchProject } = await import('../watch/watch-project.ts')
  const accepted = (options.said.get('accept') ?? '').split(',').filter((name) => name !== '')
  let editions = 0
  await watchProject({
    project,
    accepted,
    reload: () => loadConfig(terminal.cwd, options.config, `edition=${++editions}`),
    report: reporter(options, terminal),
    signal: terminal.stopSignal?.() ?? new AbortController().signal,
  })
  return exitCodeFor([])
}

function reporter(options: CommandOptions, terminal: Terminal): (event: WatchEvent) => Promise<void> {
  const { format } = options
  if (format === 'json') {
    return (event) => Promise.resolve(terminal.out(`${JSON.stringify(asLine(event, terminal.cwd))}\n`))
  }
  const paint = painter(terminal.color)
  let goodSince: Date | undefined
  let said = ''
  const reportNew = async (folder: string, problems: readonly Diagnostic[]): Promise<boolean> => {
    const before = said
    said = JSON.stringify(problems)
    if (said === before) return false
    await reportProblems(folder, problems, format, terminal)
    return true
  }
  return async (event) => {
    switch (event.kind) {
      case 'built': {
        goodSince = new Date()
        await reportNew(event.project.folder, event.warnings)
        for (const name of event.gone) terminal.out(`${paint('yellow', '!')} ${goneInWords(name)}\n`)
        const cause = causeInWords(event.because)
        terminal.out(`${paint('green', '✓')} ${rebuiltInWords(event)}, ${duration(event.milliseconds)}${paint('dim', ` (${cause})`)}\n`)
        return
      }
      case 'failed': {
        const isNew = await reportNew(event.project.folder, event.diagnostics)
        const errors = counted(event.diagnostics.filter(({ severity }) => severity === 'error').length, 'error')
        const kept = goodSince === undefined ? 'nothing was written' : `the output stays as it was built at ${clock(goodSince)}`
        const cause = paint('dim', ` (${causeInWords(event.because)})`)
        terminal.out(`${paint('red', '✗')} ${isNew ? '' : 'still '}${errors}: ${kept}${cause}\n`)
        return
      }
      case 'misconfigured':
        await reportNew(event.folder, event.diagnostics)
        terminal.out(`${paint('red', '✗')} the config cannot be used; waiting for it to change\n`)
        return
      case 'watching':
        terminal.out(paint('dim', `watching ${counted(event.places, 'place')}; Ctrl+C ends it\n`))
    }
  }
}

/** `14:02:11` */
function clock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

/** One line for tools. Paths are relative to the working directory, those in diagnostics to the project's folder. */
function asLine(event: WatchEvent, cwd: string): RebuiltDocument | NotBuiltDocument | WatchingDocument {
  if (event.kind === 'watching') return { event: event.kind, ok: true, places: event.places }
  if (event.kind === 'misconfigured') return { event: event.kind, ok: false, because: [], diagnostics: event.diagnostics }
  const { project } = event
  const because = event.because.map(({ path, kind }) => ({ path: relative(cwd, join(project.folder, path)).replaceAll(sep, '/'), kind }))
  if (event.kind === 'failed') return { event: event.kind, ok: false, because, diagnostics: event.diagnostics }
  const { summary, rebuilt, files, gone, warnings } = event
  const place = (path: string): string => outputPath(project, path, cwd)
  return {
    event: event.kind,
    ok: true,
    ...summary,
    rebuilt,
    because,
    written: files.written.map(place),
    deleted: files.deleted.map(place),
    unchanged: files.unchanged,
    gone,
    milliseconds: Math.round(event.milliseconds),
    diagnostics: warnings,
  }
}
