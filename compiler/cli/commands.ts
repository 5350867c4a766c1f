import type { Project } from '../config/project.ts'
import type { ExitCode, Exits } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** An option as it is written, and what it does. */
export interface CommandOption {
  readonly name: string
  readonly short?: string
  /** Its value's name in the help; an option without one takes none. */
  readonly value?: string
  /** The only values that it takes. */
  readonly choices?: readonly string[]
  /** It may be said several times; its values are joined by commas. */
  readonly many?: true
  readonly words: string
}

/** A word that a command takes besides its options. */
export interface CommandArgument {
  readonly name: string
  readonly words: string
  /** Whether the command means nothing without it. */
  readonly required: boolean
}

/** What the command line said, after checking. */
export interface CommandOptions {
  readonly config: string | undefined
  readonly format: OutputFormat
  /** `check` prints how files differ. */
  readonly diff: boolean
  /** The word after the command, where it takes one. */
  readonly argument: string | undefined
  /** Further options that were said, with their values. */
  readonly said: ReadonlyMap<string, string>
}

export const outputFormats = ['pretty', 'compact', 'github', 'json'] as const
export type OutputFormat = (typeof outputFormats)[number]

export type RunCommand = (project: Project, options: CommandOptions, terminal: Terminal) => Promise<ExitCode>

export interface Command {
  /** One line of the list of commands. */
  readonly summary: string
  /** The paragraphs of its own help. */
  readonly description: readonly string[]
  readonly argument?: CommandArgument
  /** It works beside a config that cannot be loaded, as before the packages are installed. */
  readonly worksWithoutConfig?: true
  readonly options: readonly CommandOption[]
  readonly exits: Exits
  readonly load: () => Promise<RunCommand>
}

const config: CommandOption = {
  name: 'config',
  short: 'c',
  value: 'file',
  words: 'the config file; jasper.config.ts, .mts, .js or .mjs in the working directory when unsaid',
}
const format: CommandOption = {
  name: 'format',
  value: 'format',
  choices: outputFormats,
  words: 'how problems are printed: pretty, compact (file:line:col), github (annotations; the default in GitHub Actions) or json',
}
const json: CommandOption = { name: 'json', words: 'the same as --format json: one JSON document, for tools' }
const accept: CommandOption = {
  name: 'accept',
  value: 'message',
  many: true,
  words: 'build although stored messages of this name cannot be read any more; several with commas, or said several times',
}
/** How most commands end. */
const usualExits: Exits = { fine: 'fine', userErrors: 'errors in your code', usage: 'wrong usage or config' }
const help: CommandOption = { name: 'help', short: 'h', words: 'this text' }

export const commands: Readonly<Record<string, Command>> = {
  init: {
    summary: 'begin a project, or give an existing one what a first build needs',
    description: [
      'Writes a config, a tsconfig, one message with its handlers and an app around them, and adds scripts to package.json, and "type": "module" where there is no code yet. ' +
        'Files that are there stay as they are; a project that has handlers gets no example.',
      'Installs nothing: it tells which packages are missing, and what to type next.',
    ],
    worksWithoutConfig: true,
    options: [config, { name: 'dry-run', words: 'say what would be written, and write nothing' }, format, json, help],
    exits: { fine: 'fine', usage: 'wrong usage or config' },
    load: async () => (await import('./init-command.ts')).runInit,
  },
  build: {
    summary: 'generate the code',
    description: [
      'Reads the handlers and messages of the project and writes the code that runs them. Files that are already right ' +
        'are not touched; files of ours that nothing asks for any more are deleted; files without our first line never are.',
      'A change after which stored messages could not be read is an error, judged by the committed manifest.json; ' +
        '--accept builds nevertheless.',
      'If there is an error, nothing is written and nothing is deleted.',
    ],
    options: [config, accept, format, json, help],
    exits: usualExits,
    load: async () => (await import('./build-command.ts')).runBuild,
  },
  watch: {
    summary: 'build, and build again whenever something changes',
    description: [
      'Builds, then watches everything that the build has read, and builds again what a change affects. Files of the output ' +
        'folder that are edited or deleted by hand are written again.',
      'While your code has errors, the output stays as the last good build left it. A change of the config is taken up; so is ' +
        'an installation of packages.',
      'With --json, each build is one line with one JSON document.',
      'Ends with Ctrl+C or SIGTERM, and when nothing reads its output any more.',
    ],
    options: [config, accept, format, { ...json, words: 'the same as --format json: one line of JSON for each build, for tools' }, help],
    exits: { fine: 'ended', usage: 'wrong usage or config at the start' },
    load: async () => (await import('./watch-command.ts')).runWatch,
  },
  check: {
    summary: 'fail if the generated code is not what build would write; for CI',
    description: [
      'Writes nothing and, when all is current, says nothing. Otherwise it lists the files that are out of date, missing, ' +
        'extra or edited by hand, says why, and shows the difference.',
    ],
    options: [config, { name: 'no-diff', words: 'leave out how the files differ' }, format, json, help],
    exits: { ...usualExits, fine: 'current', stale: 'stale' },
    load: async () => (await import('./check-command.ts')).runCheck,
  },
  preview: {
    summary: 'print the code that is generated for one message',
    description: [
      'Prints the chain of a message as build would write it, and writes nothing.',
    ],
    argument: { name: 'message', words: 'its wire name, a file of its handlers, or a file of the output folder', required: true },
    options: [config, { name: 'codec', words: 'also how the message is encoded, decoded and checked' }, format, json, help],
    exits: usualExits,
    load: async () => (await import('./preview-command.ts')).runPreview,
  },
  explain: {
    summary: 'say why something is a handler or is not, what a chain does, where a parameter comes from',
    description: [
      'Of a file, a function or a class: what in it is a handler and what is not, each with the reason, also where no pattern of ' +
        '`handlers` leads to the file. Of a message: what sends it, where it goes, and what its chain does, step by step, with the ' +
        'source of every parameter. Of a type: who asks for it, and who has one. Of a diagnostic code: why it is a problem, and how ' +
        'to mend it.',
      'Explains a project that has errors, too. Writes nothing.',
    ],
    argument: { name: 'name', words: 'a file, a function, a class, the wire name of a message, a type, or a code like JG4002', required: true },
    options: [config, format, json, help],
    exits: { fine: 'explained', usage: 'wrong usage or config, or nothing of that name' },
    load: async () => (await import('./explain-command.ts')).runExplain,
  },
  clean: {
    summary: 'delete the generated code',
    description: [
      'Deletes the files of the output folder that carry our first line, and the record of the last run. Everything else stays, ' +
        'whatever its name.',
    ],
    options: [config, { name: 'dry-run', words: 'say what would be deleted, and delete nothing' }, format, json, help],
    exits: { fine: 'fine', usage: 'wrong usage or config' },
    load: async () => (await import('./clean-command.ts')).runClean,
  },
  describe: {
    summary: 'show the chains, their handlers, transactions, cascades and queues',
    description: [
      'Lists each message with what handles it, in which transaction it runs, what it sends on, and whether its effects ' +
        'happen exactly once or at least once; then the queues, and what happens when a handler fails.',
      'With --mermaid or --asyncapi it prints that alone, and warnings to standard error, so that it may be sent to a file. The AsyncAPI ' +
        'document knows what handlers return, what recurs and what routes name; what other code gives to send is known only when it runs.',
      'Writes nothing. Imports the routes file if the config names one, as the app does at start.',
    ],
    options: [
      config,
      { name: 'mermaid', words: 'a flowchart for Markdown: messages, handlers, what they send on, routes in and out' },
      { name: 'asyncapi', words: 'an AsyncAPI 3 document in JSON: endpoints, what goes through them, and what it is on the wire' },
      format,
      json,
      help,
    ],
    exits: usualExits,
    load: async () => (await import('./describe-command.ts')).runDescribe,
  },
}
