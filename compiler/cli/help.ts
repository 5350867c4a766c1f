import { commands, type CommandOption } from './commands.ts'
import { exitsInWords } from './exit-codes.ts'
import { wrap } from './wrap.ts'
import type { Paint } from './terminal.ts'

/** No line of a help is longer, however wide the terminal. */
const widest = 88

/** The help of all commands, for a terminal of so many columns. */
export function generalHelp(paint: Paint, terminalWidth = widest): string {
  const width = Math.min(widest, terminalWidth)
  const names = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const)
  return [
    ...wrap('jasper-gen reads plain TypeScript handler functions and generates the code that runs them.', width).map((line, index) =>
      index === 0 ? line.replace('jasper-gen', paint('bold', 'jasper-gen')) : line,
    ),
    '',
    `${paint('bold', 'Usage')}  jasper-gen <command> [options]`,
    '',
    ...columns(names, paint, width),
    '',
    ...columns([['--help', 'this text, or that of a command'], ['--version', 'the version']], paint, width),
    '',
    ...wrap(
      'Settings are read from jasper.config.ts; without one, handlers are the files src/**/*.handler.ts and ' +
        'src/**/*.consumer.ts, and the code goes to src/generated/jasper.',
      width,
    ),
    '',
  ].join('\n')
}

/** The help of one command, for a terminal of so many columns. */
export function commandHelp(name: string, paint: Paint, terminalWidth = widest): string {
  const width = Math.min(widest, terminalWidth)
  const command = commands[name]
  if (command === undefined) return generalHelp(paint, width)
  const paragraphs = [...command.description, `Exit codes: ${exitsInWords(command.exits)}.`].flatMap((text) => [...wrap(text, width), ''])
  const options = command.options.map((option) => [spelling(option), option.words] as const)
  const { argument } = command
  const usage = argument === undefined ? name : `${name} ${argument.required ? `<${argument.name}>` : `[${argument.name}]`}`
  const words = argument === undefined ? [] : [...columns([[`<${argument.name}>`, argument.words]], paint, width), '']
  return [`${paint('bold', 'Usage')}  jasper-gen ${usage} [options]`, '', ...paragraphs, ...words, ...columns(options, paint, width), ''].join('\n')
}

function spelling({ name, short, value }: CommandOption): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`
}

function columns(rows: readonly (readonly [string, string])[], paint: Paint, width: number): readonly string[] {
  const wide = Math.max(...rows.map(([left]) => left.length))
  return rows.flatMap(([left, right]) =>
    wrap(right, Math.max(20, width - wide - 4)).map((line, index) =>
      index === 0 ? `  ${paint('cyan', left.padEnd(wide))}  ${line}` : `  ${' '.repeat(wide)}  ${line}`,
    ),
  )
}
