import type { Project } from '../config/project.ts'
import type { CodeExplanation, Explanation, FunctionExplanation, TypeExplanation } from '../explain/explanation.ts'
import { printFiles } from './print-considered.ts'
import { printMessage } from './print-message.ts'
import { table } from './table.ts'
import type { Paint } from './terminal.ts'
import { wrap } from './wrap.ts'

/** Commands for as many messages as a person reads. */
const mostShown = 5

/** An explanation for people: lines that end in a line break. */
export function printExplanation(explanation: Explanation, project: Project, paint: Paint, columns = 100): string {
  const lines = linesOf(explanation, project, paint, columns)
  return `${lines.join('\n').trimEnd()}\n`
}

function linesOf(explanation: Explanation, project: Project, paint: Paint, columns: number): readonly string[] {
  switch (explanation.kind) {
    case 'code':
      return printCode(explanation, paint, columns)
    case 'file':
      return printFiles([explanation], project, paint, columns)
    case 'function':
      return [...printFiles(explanation.files, project, paint, columns), ...furtherOf(explanation)]
    case 'message':
      return printMessage(explanation, project, paint, columns)
    case 'type':
      return printType(explanation, paint, columns)
  }
}

/** What to ask next: the function is known, its chains are not yet. */
function furtherOf({ messages }: FunctionExplanation): readonly string[] {
  if (messages.length === 0) return []
  const shown = messages.slice(0, mostShown)
  const others = messages.length - shown.length
  return [
    '',
    `What ${messages.length === 1 ? 'its chain does' : 'its chains do'}, and where parameters come from:`,
    '',
    ...shown.map((message) => `  jasper-gen explain ${message}`),
    ...(others === 0 ? [] : [`  and likewise ${others} other${others === 1 ? '' : 's'}`]),
  ]
}

function printCode({ code, severity, sentence, explanation, help }: CodeExplanation, paint: Paint, columns: number): readonly string[] {
  const style = severity === 'error' ? 'red' : 'yellow'
  const [first = '', ...others] = wrap(`${severity} ${code}: ${sentence}`, columns)
  const head = first.replace(`${severity} ${code}`, paint([style, 'bold'], `${severity} ${code}`))
  return [head, ...others, '', ...wrap(explanation, columns), '', ...wrap(`To mend it: ${help}.`, columns)]
}

function printType({ type, providedBy, askedBy }: TypeExplanation, paint: Paint, columns: number): readonly string[] {
  const sources = providedBy.map(({ words, place }) => `  ${words}${place === undefined ? '' : paint('dim', `  ${place}`)}`)
  const isOne = providedBy.length < 2
  const rows = askedBy.map(({ asker, place, parameter, from }) => [[asker], [place], [parameter], ...(isOne ? [] : [[from]])])
  return [
    paint('bold', type),
    '',
    'It comes from',
    '',
    ...(sources.length === 0 ? ['  nowhere'] : sources),
    '',
    'It is asked for by',
    '',
    ...(rows.length === 0 ? ['  nobody'] : table(['who', '', 'as', ...(isOne ? [] : ['and gets'])], rows, paint, columns)),
  ]
}
