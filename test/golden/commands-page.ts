import { readFileSync } from 'node:fs'
import { commands, type Command, type CommandOption } from '../../compiler/cli/commands.ts'
import { exitCodes, exitsInWords } from '../../compiler/cli/exit-codes.ts'
import { escaped } from './escaped.ts'

/** `docs/commands.md`: what `--help` says of each command, and what `--json` prints. */
export function commandsPage(): string {
  return [
    '<!-- Made by `npm run docs:record` from compiler/cli. Do not edit. -->',
    '# The commands of jasper-gen',
    '',
    '| command | |',
    '|---|---|',
    ...Object.entries(commands).map(([name, { summary }]) => `| [\`${name}\`](#${name}) | ${escaped(summary)} |`),
    '',
    'Settings are read from `jasper.config.ts`; without one, handlers are the files `src/**/*.handler.ts` and',
    '`src/**/*.consumer.ts`, and the code goes to `src/generated/jasper`. `jasper-gen <command> --help` says what stands here.',
    '',
    'What was asked for goes to the standard output, what is wrong with the asking to standard error. `NO_COLOR` turns colours off and',
    'wins over `FORCE_COLOR`; without either, a terminal has colours and a pipe has none. Lines are folded at the width of the',
    'terminal, or of `COLUMNS` where there is none.',
    '',
    ...Object.entries(commands).flatMap(([name, command]) => sectionOf(name, command)),
    '## Exit codes',
    '',
    '| code | |',
    '|---|---|',
    `| ${exitCodes.fine} | fine |`,
    `| ${exitCodes.stale} | \`check\`: the generated code is stale |`,
    `| ${exitCodes.userErrors} | your code has errors |`,
    `| ${exitCodes.usage} | the command line, the config or the output folder cannot be used as they are |`,
    `| ${exitCodes.internal} | a defect of jasper-gen, with what to report |`,
    '',
    '## What --json prints',
    '',
    'One document on the standard output, whatever happens. `ok` is true where the exit code is 0. Members that are `undefined` are',
    'left out. Diagnostics are those of [diagnostics.md](diagnostics.md); the paths in their spans start at the folder of the config.',
    '',
    '```ts',
    ...documentedTypes().flatMap((text, at) => (at === 0 ? [text] : ['', text])),
    '```',
    '',
  ].join('\n')
}

function sectionOf(name: string, command: Command): readonly string[] {
  const { argument, description, options, exits } = command
  const usage = argument === undefined ? '' : argument.required ? ` <${argument.name}>` : ` [${argument.name}]`
  return [
    `## ${name}`,
    '',
    '```text',
    `jasper-gen ${name}${usage} [options]`,
    '```',
    '',
    ...description.flatMap((paragraph) => [escaped(paragraph), '']),
    '| option | |',
    '|---|---|',
    ...(argument === undefined ? [] : [`| \`<${argument.name}>\` | ${escaped(argument.words)} |`]),
    ...options.map((option) => `| ${spelling(option)} | ${escaped(option.words)} |`),
    '',
    `Exit codes: ${exitsInWords(exits)}.`,
    '',
  ]
}

function spelling({ name, short, value }: CommandOption): string {
  const long = `\`--${name}${value === undefined ? '' : ` <${value}>`}\``
  return short === undefined ? long : `\`-${short}\`, ${long}`
}

/** Where the types of the documents stand, in the order in which the page shows them. */
const homes: readonly (readonly [file: string, ...names: readonly string[]])[] = [
  ['cli/json-documents.ts'],
  ['describe-project.ts', 'ProjectDescription', 'ChainDescription', 'QueueDescription', 'RouteDescription'],
  ['describe/asyncapi.ts', 'AsyncApiDocument', 'AsyncApiChannel', 'AsyncApiOperation', 'AsyncApiMessage'],
  ['explain/explanation.ts'],
  ['discover/considered.ts'],
  ['diagnostics/diagnostic.ts', 'Diagnostic'],
  ['discover/source-span.ts', 'SourceSpan'],
]

function documentedTypes(): readonly string[] {
  return homes.flatMap(([file, ...names]) => {
    const text = readFileSync(new URL(`../../compiler/${file}`, import.meta.url), 'utf8')
    const declared = [...text.matchAll(/^(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export (?:interface|type) (\w+)[^]*?(?=\n\n|\n$)/gm)]
    const chosen = declared.filter(([, name]) => names.length === 0 || names.includes(name ?? ''))
    for (const name of names) if (!chosen.some(([, found]) => found === name)) throw new Error(`${file} declares no ${name}`)
    return chosen.map(([declaration]) => declaration.trimEnd())
  })
}
