import { parseArgs } from 'node:util'
import { closestWord } from './closest-word.ts'
import { commands, groupsOf, type Command, type CommandOption } from './commands.ts'
import { UsageError } from './usage-error.ts'

/** The options of one command line, checked. */
export interface Said {
  has(name: string): boolean
  text(name: string): string | undefined
}

export type Arguments =
  | { readonly kind: 'run'; readonly command: Command; readonly said: Said; readonly operands: readonly string[] }
  /** Help was asked for: that of a command, or of all. */
  | { readonly kind: 'help'; readonly command: Command | undefined; readonly group: string | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'nothing' }

/** Reads what follows `jasper`. Throws a {@link UsageError} that says what is wrong and what may have been meant. */
export function readArguments(argv: readonly string[]): Arguments {
  const [first, second] = argv
  if (first === undefined) return { kind: 'nothing' }
  if (first === '--version' || first === '-v') return { kind: 'version' }
  if (first === '--help' || first === '-h') return { kind: 'help', command: undefined, group: undefined }
  if (first === 'help') return helpFor(argv.slice(1))
  const command = commandAt(argv)
  if (command !== undefined) return readOptions(command, argv.slice(command.name.split(' ').length))
  if (groupsOf().includes(first)) {
    if (second === undefined || second.startsWith('-')) return { kind: 'help', command: undefined, group: first }
    throw unknownCommand(`${first} ${second}`)
  }
  throw unknownCommand(first)
}

function helpFor(words: readonly string[]): Arguments {
  return { kind: 'help', command: commandAt(words), group: groupsOf().find((group) => group === words[0]) }
}

function commandAt(words: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name === words.slice(0, name.split(' ').length).join(' '))
}

function unknownCommand(written: string): UsageError {
  const near = closestWord(written, commands.map(({ name }) => name))
  return new UsageError(`There is no command \`jasper ${written}\`.${near === undefined ? ' All commands: jasper --help.' : ` Did you mean \`jasper ${near}\`?`}`)
}

function readOptions(command: Command, rest: readonly string[]): Arguments {
  const known = new Map(command.options.map((option) => [option.name, option]))
  const options = Object.fromEntries(
    command.options.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short === undefined ? {} : { short }) },
    ]),
  )
  const { tokens } = parseArgs({ args: [...rest], options, allowPositionals: true, strict: false, tokens: true })
  const said = new Map<string, string>()
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const option = known.get(token.name)
    if (option === undefined) throw unknownOption(command, token.rawName)
    checkValue(command, option, token.rawName, token.value)
    said.set(option.name, token.value ?? '')
  }
  if (said.has('help')) return { kind: 'help', command, group: undefined }
  checkOperands(command, operands)
  return { kind: 'run', command, operands, said: { has: (name) => said.has(name), text: (name) => said.get(name) } }
}

function unknownOption({ name, options }: Command, written: string): UsageError {
  const near = closestWord(written.replace(/^-+/, ''), options.map((option) => option.name))
  const mend = near === undefined ? `See jasper ${name} --help.` : `Did you mean --${near}?`
  return new UsageError(`\`jasper ${name}\` has no option ${written}. ${mend}`)
}

function checkValue({ name }: Command, option: CommandOption, written: string, value: string | undefined): void {
  if (option.value === undefined && value !== undefined) throw new UsageError(`${written} takes no value. See jasper ${name} --help.`)
  if (option.value !== undefined && (value === undefined || value === '')) throw new UsageError(`${written} needs a value: ${written} <${option.value}>.`)
}

function checkOperands({ name, operands }: Command, given: readonly string[]): void {
  if (operands === undefined && given.length > 0) throw new UsageError(`\`jasper ${name}\` takes no ${JSON.stringify(given[0])}. See jasper ${name} --help.`)
  if (operands?.least !== undefined && given.length < operands.least) throw new UsageError(`\`jasper ${name}\` needs ${operands.words}.`)
  if (operands?.most !== undefined && given.length > operands.most) throw new UsageError(`\`jasper ${name}\` takes ${operands.words}, not ${given.length}.`)
}
