import { posix } from 'node:path'
import { hasErrors, type Compilation } from '../compilation.ts'
import { closestWord } from '../config/closest-word.ts'
import type { Project } from '../config/project.ts'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { EmittedModule } from '../emit/emitted-module.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodeFor } from './exit-codes.ts'
import { outputPath } from './project-paths.ts'
import { reportProblems } from './report-problems.ts'
import { painter, type Paint } from './terminal.ts'
import { withProgress } from './with-progress.ts'

/** `jasper-gen preview` */
export const runPreview: RunCommand = async (project, options, terminal) => {
  const { compile } = await import('../compile.ts')
  const compilation = await withProgress(terminal, options.format, async (onStage) => compile(project, { onStage }))
  const bag = new DiagnosticBag()
  const modules = hasErrors(compilation.diagnostics) ? [] : choose(compilation, project, options.argument ?? '', bag)
  const diagnostics = [...compilation.diagnostics, ...bag.list()]
  const shown = modules.filter(({ path }) => options.said.has('codec') || !path.endsWith('.codec.ts') || modules.length === 1)

  if (options.format === 'json') {
    const files = shown.map(({ path, text, message }) => ({
      path: outputPath(project, path, terminal.cwd),
      ...(message === undefined ? {} : { message }),
      text,
    }))
    terminal.out(asDocument(hasErrors(diagnostics) ? { ok: false, diagnostics } : { ok: true, files, diagnostics }))
    return exitCodeFor(diagnostics)
  }
  await reportProblems(project.folder, diagnostics, options.format, terminal)
  const paint = painter(terminal.color)
  shown.forEach(({ path, text }, at) => {
    if (at > 0) terminal.out('\n')
    terminal.out(`${paint('bold', `// ${outputPath(project, path, terminal.cwd)}`)}\n${colored(text, paint)}`)
  })
  return exitCodeFor(diagnostics)
}

/** By wire name, by handler file, by generated file: the first that fits. */
function choose({ modules, plans, messages }: Compilation, project: Project, name: string, bag: DiagnosticBag): readonly EmittedModule[] {
  const path = posix.normalize(name.replaceAll('\\', '/'))
  const ofMessages = (chosen: readonly string[]): readonly EmittedModule[] =>
    modules.filter(({ message }) => message !== undefined && chosen.includes(message))
  const handledThere = plans.filter(({ chain }) => chain.handlers.some((handler) => handler.function.file === path))
  const candidates = [
    ofMessages(messages.includes(name) ? [name] : []),
    ofMessages(handledThere.map(({ chain }) => chain.message.name)),
    modules.filter((module) => module.path === path || `${project.output}/${module.path}` === path),
  ]
  const found = candidates.find((candidate) => candidate.length > 0)
  if (found !== undefined) return found
  const near = closestWord(name, messages)
  const help = near === undefined ? {} : { help: `did you mean ${near}?` }
  bag.report('JG0021', { name, messages: messages.length === 0 ? 'none: there are no handlers' : messages.join(', ') }, { span: undefined, ...help })
  return []
}

/** Comments step back, so that the calls stand out. */
function colored(text: string, paint: Paint): string {
  return text.replaceAll(/^(\s*)((?:\/\/|\/\*\*).*)$/gm, (_, indent: string, comment: string) => `${indent}${paint('dim', comment)}`)
}
