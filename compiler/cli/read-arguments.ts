import { parseArgs } from 'node:util'
import { closestWord } from '../config/closest-word.ts'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { commands, outputFormats, type Command, type CommandOption, type CommandOptions, type OutputFormat } from './commands.ts'

export type Arguments =
  | { readonly kind: 'run'; readonly name: string; readonly options: CommandOptions }
  /** Help was asked for: that of one command, or of all. */
  | { readonly kind: 'help'; readonly command: string | undefined }
  | { readonly kind: 'version' }
  /** `jasper-gen` and nothing else. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong'; readonly diagnostics: readonly Diagnostic[]; readonly format: OutputFormat }

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]
type OptionToken = Extract<Token, { readonly kind: 'option' }>

const nowhere = { span: undefined }

/**
 * Reads the command line, or reports all that is wrong with it.
 *
 * @param argv  What follows `jasper-gen`.
 */
export function readArguments(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Arguments {
  const [first, ...rest] = argv
  if (first === undefined) return { kind: 'nothing' }
  if (first === '--version' || first === '-v') return { kind: 'version' }
  if (first === '--help' || first === '-h') return { kind: 'help', command: undefined }
  if (first === 'help') return { kind: 'help', command: Object.hasOwn(commands, rest[0] ?? '') ? rest[0] : undefined }
  const command = Object.hasOwn(commands, first) ? commands[first] : undefined
  if (command === undefined) return unknownCommand(first, usualFormat(env))
  return readOptions(first, command, rest, env)
}

/** Annotations where GitHub collects them, frames for people elsewhere. */
function usualFormat(env: Readonly<Record<string, string | undefined>>): OutputFormat {
  return env['GITHUB_ACTIONS'] === 'true' ? 'github' : 'pretty'
}

function unknownCommand(command: string, format: OutputFormat): Arguments {
  const bag = new DiagnosticBag()
  const names = Object.keys(commands)
  const near = closestWord(command, names)
  const help = near === undefined ? {} : { help: `did you mean \`jasper-gen ${near}\`?` }
  bag.report('JG0012', { command, commands: names.join(', ') }, { ...nowhere, ...help })
  return { kind: 'wrong', diagnostics: bag.list(), format }
}

function readOptions(
  name: string,
  command: Command,
  rest: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Arguments {
  const bag = new DiagnosticBag()
  const said = new Map<string, string>()
  let argument: string | undefined
  for (const token of parse(command, rest)) {
    if (token.kind === 'positional') {
      if (command.argument !== undefined && argument === undefined) argument = token.value
      else reportArgument(name, command, token.value, bag)
    } else if (token.kind === 'option') {
      const option = command.options.find((candidate) => candidate.name === token.name)
      if (option === undefined) reportUnknownOption(name, command, token, bag)
      else if (isRight(name, option, token, bag)) {
        const before = option.many === true ? said.get(option.name) : undefined
        said.set(option.name, before === undefined ? (token.value ?? '') : `${before},${token.value ?? ''}`)
      }
    }
  }
  if (said.has('help')) return { kind: 'help', command: name }
  if (command.argument?.required === true && argument === undefined) {
    bag.report('JG0020', { command: name, argument: command.argument.name, words: command.argument.words }, nowhere)
  }
  const chosen = outputFormats.find((candidate) => candidate === said.get('format'))
  const format = said.has('json') ? 'json' : (chosen ?? usualFormat(env))
  if (bag.hasErrors) return { kind: 'wrong', diagnostics: bag.list(), format }
  return { kind: 'run', name, options: { config: said.get('config'), format, diff: !said.has('no-diff'), argument, said } }
}

function reportArgument(command: string, { argument }: Command, value: string, bag: DiagnosticBag): void {
  const takes = argument === undefined ? 'no argument' : 'one argument'
  bag.report('JG0015', { command, takes, argument: value }, nowhere)
}

function parse(command: Command, rest: readonly string[]): readonly Token[] {
  const options = Object.fromEntries(
    command.options.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short === undefined ? {} : { short }) },
    ]),
  )
  return parseArgs({ args: [...rest], options, allowPositionals: true, strict: false, tokens: true }).tokens
}

function reportUnknownOption(name: string, command: Command, token: OptionToken, bag: DiagnosticBag): void {
  const near = closestWord(token.name, command.options.map((option) => option.name))
  const help = near === undefined ? {} : { help: `did you mean --${near}?` }
  bag.report('JG0013', { command: name, option: token.rawName }, { ...nowhere, ...help })
}

/** Whether an option has a value exactly where it takes one, and one that it knows. */
function isRight(command: string, option: CommandOption, token: OptionToken, bag: DiagnosticBag): boolean {
  const problem = problemWith(option, token.value)
  if (problem !== undefined) bag.report('JG0014', { option: token.rawName, problem, command }, nowhere)
  return problem === undefined
}

function problemWith(option: CommandOption, value: string | undefined): string | undefined {
  if (option.value === undefined) return value === undefined ? undefined : 'takes no value'
  if (value === undefined || value === '' || value.startsWith('-')) return `needs a value: <${option.value}>`
  if (option.choices === undefined || option.choices.includes(value)) return undefined
  return `cannot be '${value}': it is one of ${option.choices.join(', ')}`
}
