import { commands, type Command, type CommandOption } from './commands.ts'
import type { Paint } from './terminal.ts'

const widest = 100

/** The help of all commands, or of one group of them. */
export function generalHelp(paint: Paint, columns: number | undefined, group?: string): string {
  const width = Math.min(widest, columns ?? widest)
  const shown = commands.filter(({ name }) => group === undefined || name.startsWith(`${group} `))
  return [
    `${paint('bold', 'jasper')} looks after the messages of a running app: what waits, what died, who is alive.`,
    '',
    `${paint('bold', 'Usage')}  jasper ${group ?? '<command>'} [options]`,
    '',
    ...list(shown.map(({ name, summary }) => [name, summary] as const), paint, width),
    '',
    ...list([['--help', 'this text, or that of a command'], ['--version', 'the version']], paint, width),
    '',
    ...wrap('The store is that of --url, of JASPER_URL, or of jasper.config.ts. Every command takes --json. Commands that read connect read-only.', width),
    'Exit codes: 0 fine, 1 the answer is no, 2 the store does not answer or refuses, 3 wrong usage or not confirmed.',
    '',
  ].join('\n')
}

/** The help of one command. */
export function commandHelp({ name, operands, description, options }: Command, paint: Paint, columns: number | undefined): string {
  const width = Math.min(widest, columns ?? widest)
  const usage = `${paint('bold', 'Usage')}  jasper ${name}${operands === undefined ? '' : ` ${operands.usage}`} [options]`
  const paragraphs = description.flatMap((text) => [...wrap(text, width), ''])
  return [usage, '', ...paragraphs, ...list(options.map((option) => [spelling(option), option.words] as const), paint, width), ''].join('\n')
}

function spelling({ name, short, value }: CommandOption): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`
}

function list(rows: readonly (readonly [string, string])[], paint: Paint, width: number): readonly string[] {
  const wide = Math.max(...rows.map(([left]) => left.length))
  return rows.flatMap(([left, right]) =>
    wrap(right, Math.max(20, width - wide - 4)).map((line, index) =>
      index === 0 ? `  ${paint('cyan', left.padEnd(wide))}  ${line}` : `  ${' '.repeat(wide)}  ${line}`,
    ),
  )
}

function wrap(text: string, limit: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
