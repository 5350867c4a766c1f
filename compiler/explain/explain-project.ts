import { posix } from 'node:path'
import { handlerName } from '../chain/handler-name.ts'
import type { Compilation } from '../compilation.ts'
import { closestWord } from '../config/closest-word.ts'
import type { Project } from '../config/project.ts'
import { describeCompilation, type ProjectDescription } from '../describe-project.ts'
import type { CatalogEntry } from '../diagnostics/catalog-entry.ts'
import { catalog } from '../diagnostics/catalog.ts'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ConsideredWhat } from '../discover/consider-files.ts'
import type { ConsideredFile } from '../discover/considered.ts'
import { explainEntries, messagesOf, middlewareNames } from './explain-entries.ts'
import { explainMessage } from './explain-message.ts'
import type { OnStage } from '../stage.ts'
import { askedTypes, explainType } from './explain-type.ts'
import type { CodeExplanation, Explanation } from './explanation.ts'

export type ExplainOutcome =
  | { readonly kind: 'explained'; readonly explanation: Explanation; readonly warnings: readonly Diagnostic[] }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] }

/**
 * Says what a name is to a project: a diagnostic code, a file, a message, a function or a class, a type that
 * handlers ask for. Explains projects that have errors too: that is when people ask. Writes nothing.
 *
 * @param name  As a person types it; a path is relative to the project's folder.
 */
export async function explainProject(project: Project, name: string, onStage?: OnStage): Promise<ExplainOutcome> {
  return await explainerOf(project, onStage)(name)
}

/** The same for many names: the project is compiled once, when a name first needs it. */
export function explainerOf(project: Project, onStage?: OnStage): (name: string) => Promise<ExplainOutcome> {
  let known: Promise<Known> | undefined
  return async (name) => {
    const bag = new DiagnosticBag()
    const explanation = explainCode(name) ?? (await explainName(project, name, bag, async () => await (known ??= learn(project, onStage))))
    if (explanation === undefined) return { kind: 'failed', diagnostics: bag.list() }
    return { kind: 'explained', explanation, warnings: bag.list() }
  }
}

interface Known {
  readonly compilation: Compilation
  readonly description: ProjectDescription
}

async function learn(project: Project, onStage: OnStage | undefined): Promise<Known> {
  const { compile } = await import('../compile.ts')
  const compilation = compile(project, { onStage })
  return { compilation, description: await describeCompilation(project, compilation, new DiagnosticBag()) }
}

function explainCode(name: string): CodeExplanation | undefined {
  const code = name.toUpperCase()
  const entry = Object.hasOwn(catalog, code) ? (catalog as Readonly<Record<string, CatalogEntry>>)[code] : undefined
  return entry === undefined ? undefined : { kind: 'code', code, ...entry }
}

async function explainName(
  project: Project,
  name: string,
  bag: DiagnosticBag,
  known: () => Promise<Known>,
): Promise<Explanation | undefined> {
  const path = posix.normalize(name.replaceAll('\\', '/'))
  const isPath = /[/\\]|\.[cm]?tsx?$/.test(name)
  return (isPath ? await explainFile(project, path, bag, known) : undefined) ?? (await explainElse(project, name, bag, await known()))
}

async function explainFile(
  project: Project,
  path: string,
  bag: DiagnosticBag,
  known: () => Promise<Known>,
): Promise<Explanation | undefined> {
  const [file] = await consider(project, { path }, bag)
  if (file === undefined) return undefined
  // Only chains say what middleware is for; a file of handlers alone is explained without.
  const isKnown = file.entries.every(({ verdict }) => verdict.kind !== 'none')
  return { kind: 'file', ...(isKnown ? file : explainEntries(file, (await known()).compilation)) }
}

/** A message, a type that is asked for, a function or a class; then whatever has nearly that name. */
async function explainElse(
  project: Project,
  name: string,
  bag: DiagnosticBag,
  known: Known,
): Promise<Explanation | undefined> {
  const { compilation, description } = known
  const exactly = async (word: string): Promise<Explanation | undefined> =>
    explainMessage(word, compilation, description) ??
    explainType(word, compilation) ??
    (await explainFunction(project, word, bag, compilation))
  const found = await exactly(name)
  if (found !== undefined) return found
  const { words, files } = namesIn(compilation, project)
  const [only, another] = files.filter((file) => file === name || file.endsWith(`/${name}`))
  if (only !== undefined && another === undefined) return await explainFile(project, only, bag, async () => known)
  const generated = compilation.modules.find((module) => module.path === name || `${project.output}/${module.path}` === name)
  if (generated?.message !== undefined) return explainMessage(generated.message, compilation, description)
  const alike = words.filter((word) => word.toLowerCase() === name.toLowerCase())
  if (alike.length === 1) return await exactly(alike[0] ?? '')
  report(name, [...words, ...files], bag)
  return undefined
}

function report(name: string, words: readonly string[], bag: DiagnosticBag): void {
  const near = closestWord(name, [...words, ...words.flatMap((word) => (word.includes('/') ? [posix.basename(word)] : []))])
  bag.report('JG0030', { name }, { span: undefined, ...(near === undefined ? {} : { help: `did you mean ${near}?` }) })
}

/** Everything that could have been meant. */
function namesIn(compilation: Compilation, { output }: Project): { readonly words: readonly string[]; readonly files: readonly string[] } {
  const { discovered, messages, modules } = compilation
  const { handlers } = discovered
  const functions = handlers.flatMap(({ function: called }) => (called.kind === 'function' ? [called.export] : [called.export, handlerName(called)]))
  const sources = [...handlers, ...(discovered.middleware ?? [])].map(({ function: called }) => called.file)
  const plugins = (discovered.plugins ?? []).map(({ file }) => file)
  const files = [...new Set([...sources, ...plugins, ...discovered.messages.map(({ span }) => span.file)])]
  return {
    words: [...new Set([...messages, ...askedTypes(compilation), ...functions, ...middlewareNames(compilation)])],
    files: [...files, ...modules.map(({ path }) => `${output}/${path}`)].sort(),
  }
}

async function explainFunction(
  project: Project,
  name: string,
  bag: DiagnosticBag,
  compilation: Compilation,
): Promise<Explanation | undefined> {
  const files = (await consider(project, { name }, bag)).map((file): ConsideredFile => {
    const entries = file.entries.filter((entry) => entry.name === name || entry.name.startsWith(`${name}.`))
    return explainEntries({ ...file, entries }, compilation)
  })
  const found = files.filter(({ entries, problems }) => entries.length + problems.length > 0)
  if (found.length === 0) return undefined
  const callable = found.filter(({ match }) => match.kind === 'matched' || match.kind === 'other').flatMap(({ entries }) => entries)
  return { kind: 'function', name, files: found, messages: messagesOf(callable, compilation) }
}

async function consider(project: Project, what: ConsideredWhat, bag: DiagnosticBag): Promise<readonly ConsideredFile[]> {
  const { considerFiles } = await import('../discover/consider-files.ts')
  return considerFiles(project, what, bag)
}
