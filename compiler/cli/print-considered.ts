import type { Project } from '../config/project.ts'
import { printDiagnostics } from '../diagnostics/print-diagnostics.ts'
import type { ConsideredEntry, ConsideredFile, FileMatch, OtherPurpose, Verdict } from '../discover/considered.ts'
import { middlewareWords } from './middleware-words.ts'
import type { Paint } from './terminal.ts'
import { wrap } from './wrap.ts'

/** Files with what in them is a handler and what is not, each with the reason. */
export function printFiles(files: readonly ConsideredFile[], project: Project, paint: Paint, columns: number): readonly string[] {
  return files.flatMap((file, index) => [...(index === 0 ? [] : ['']), ...printFile(file, project, paint, columns)])
}

function printFile({ file, match, entries, problems }: ConsideredFile, project: Project, paint: Paint, columns: number): readonly string[] {
  const isHandlerFile = match.kind === 'matched'
  const isPassedOn = match.kind === 'unmatched' && entries.some(({ verdict }) => verdict.kind === 'middleware')
  const widest = Math.max(0, ...entries.map(({ name }) => name.length))
  const widestLine = String(Math.max(0, ...entries.map(({ span }) => span.line))).length
  return [
    paint('bold', file),
    ...wrap(isPassedOn ? 'no handler file: another file passes on what it has' : matchWords(match, project), columns).map((line) => (isHandlerFile || isPassedOn || match.kind === 'other' ? paint('dim', line) : paint('yellow', line))),
    ...(entries.length === 0 && problems.length > 0 ? [] : ['']),
    ...(entries.length + problems.length === 0 ? ['  There is no function and no class in it.'] : []),
    ...entries.flatMap((entry) => printEntry(entry, isHandlerFile, { name: widest, line: widestLine }, paint, columns)),
    ...problemsOf(problems, project, paint),
  ]
}

function printEntry(
  { name, span, verdict }: ConsideredEntry,
  isHandlerFile: boolean,
  width: { readonly name: number; readonly line: number },
  paint: Paint,
  columns: number,
): readonly string[] {
  const mark = markOf(verdict, isHandlerFile, paint)
  const indent = width.line + width.name + 7
  const [first = '', ...others] = verdictWords(verdict, name, isHandlerFile).flatMap((sentence) => wrap(sentence, Math.max(30, columns - indent)))
  return [
    `  ${mark} ${paint('dim', String(span.line).padStart(width.line))} ${name.padEnd(width.name)}  ${first}`.trimEnd(),
    ...others.map((line) => `${' '.repeat(indent)}${line}`),
  ]
}

function markOf(verdict: Verdict, isHandlerFile: boolean, paint: Paint): string {
  switch (verdict.kind) {
    case 'handler':
      return isHandlerFile ? paint('green', '✓') : paint('yellow', '○')
    case 'middleware':
      return verdict.messages.length > 0 ? paint('green', '✓') : paint('yellow', '○')
    case 'plugin':
    case 'provider':
      return paint('green', '✓')
    case 'refused':
      return paint('red', '✗')
    case 'elsewhere':
    case 'none':
      return paint('dim', '·')
  }
}

/** Why a name is a handler or is not, or what else it is. */
function verdictWords(verdict: Verdict, name: string, isHandlerFile: boolean): readonly string[] {
  switch (verdict.kind) {
    case 'handler':
      if (verdict.included) return [`is a handler of ${verdict.message}: the config includes it`]
      return [isHandlerFile ? `is a handler of ${verdict.message}` : `would be a handler of ${verdict.message}, if the file were found`]
    case 'middleware':
      return [middlewareWords(verdict)]
    case 'plugin':
      return ['decides which steps a chain has']
    case 'provider':
      return [`is a provider of ${verdict.type}`]
    case 'elsewhere':
      return [`is passed on from ${verdict.file}, and counts there`]
    case 'refused':
      return verdict.diagnostics.flatMap(({ code, message, help }) => [`${code}: ${message}`, `help: ${help}`])
    case 'none':
      return [`is no handler: ${reasonWords(verdict, name)}`]
  }
}

function reasonWords({ reason, suggestion }: Extract<Verdict, { readonly kind: 'none' }>, name: string): string {
  const instead = suggestion === undefined ? '' : `; was ${suggestion} meant?`
  switch (reason) {
    case 'ignored':
      return 'it is marked with /** @jasperIgnore */'
    case 'excluded':
      return '`exclude` in the config leaves it out'
    case 'not-exported':
      return 'it is not exported'
    case 'local':
      return 'it is neither exported nor named like one'
    case 'name':
      return `its name is none of a handler, such as handle, handlePlaceOrder or consume${instead}`
    case 'class-name':
      return `methods are looked for in classes whose names end in Handler or Consumer, and ${name} does not`
    case 'class-without-handlers':
      return 'none of its methods is named like a handler, such as handle or consume'
    case 'method-name':
      return `its name is none of a handler, such as handle or consume${instead}`
    case 'not-public':
      return 'it is not public'
  }
}

const purposeWords: Readonly<Record<OtherPurpose, string>> = {
  middleware: 'a file of middleware for all handlers',
  providers: 'a file of providers',
  messages: 'a file of messages',
  plugins: 'a plugin',
  policies: 'the file of policies for the whole app',
}

function matchWords(match: FileMatch, { handlers }: Project): string {
  switch (match.kind) {
    case 'matched':
      return `a handler file, by the pattern ${match.by}`
    case 'excluded':
      return `no handler file: the pattern ${match.by} leaves it out`
    case 'never-entered':
      return `no handler file: no pattern leads into ${match.folder}`
    case 'other':
      return `${purposeWords[match.purpose]}: \`${match.purpose}\` in the config leads to it (${match.by})`
    case 'unmatched': {
      const all = `no handler file: none of the patterns of \`handlers\` leads to it (${handlers.join(', ')}).`
      if (match.near === undefined) return `${all} Move it there, or name it in the config.`
      const { pattern, differs } = match.near
      const mend = differs === 'name' ? 'Its name does not fit, its folder does: rename it, or name it in the config.' : 'Its folder does not fit, its name does: move it, or name it in the config.'
      return `${all} The nearest is ${pattern}. ${mend}`
    }
  }
}

/** Problems that belong to none of the entries. */
export function problemsOf(problems: ConsideredFile['problems'], { folder }: Project, paint: Paint): readonly string[] {
  if (problems.length === 0) return []
  const color = paint('red', '') !== ''
  return ['', ...printDiagnostics(problems, { folder, format: 'pretty', color }).trimEnd().split('\n')]
}
