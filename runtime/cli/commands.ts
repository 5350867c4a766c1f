import type { MessageStore } from '../contracts/message-store.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Access } from './open-store.ts'
import { filterOptions, withStoreOptions, yes } from './options.ts'
import type { Said } from './read-arguments.ts'
import type { Paint, Terminal } from './terminal.ts'

/** An option as it is written, and what it does. */
export interface CommandOption {
  readonly name: string
  readonly short?: string
  /** Its value's name in the help; an option without one takes none. */
  readonly value?: string
  readonly words: string
}

export interface CommandContext {
  /** Not opened: a command that prints SQL alone needs no database. */
  readonly store: MessageStore
  readonly said: Said
  readonly operands: readonly string[]
  readonly terminal: Terminal
  readonly paint: Paint
  readonly now: Date
  /** The person wants it to end. */
  readonly interrupted: AbortSignal
}

export type RunCommand = (context: CommandContext) => Promise<ExitCode>

export interface Command {
  readonly name: string
  /** One line of the list of commands. */
  readonly summary: string
  /** The paragraphs of its own help. */
  readonly description: readonly string[]
  readonly operands?: { readonly usage: string; readonly words: string; readonly least?: number; readonly most?: number }
  readonly options: readonly CommandOption[]
  /** How it connects; `undefined`: it sees to that itself, or not at all. */
  readonly access: (said: Said) => Access | undefined
  readonly load: () => Promise<RunCommand>
}

const reads = (): Access => ({ readOnly: true, checkSchema: true })
const writes = (): Access => ({ readOnly: false, checkSchema: true })

export const commands: readonly Command[] = [
  {
    name: 'check',
    summary: 'open store and transports, and say line by line whether all is as it should be',
    description: [
      'Opens the store and checks that it answers, whose it is, its schema and the rights of the role: one line each. Then each of the transports ' +
        'of the config: whether it answers, and has what the routes name. With --url and without --config, the store alone. Exit code 1 if one fails.',
    ],
    options: withStoreOptions(),
    access: () => undefined,
    load: async () => (await import('./check.ts')).runCheck,
  },
  {
    name: 'health',
    summary: 'say whether the app does its work: nodes alive, backlog, dead letters',
    description: ['From the store alone: which nodes are alive, and how long the first in line of each queue has waited. Exit code 1 if messages wait and no node is alive.'],
    options: withStoreOptions(),
    access: reads,
    load: async () => (await import('./health.ts')).runHealth,
  },
  {
    name: 'nodes',
    summary: 'list the processes that take part, their last beat and their claims',
    description: ['One line for each process: alive or not, where it runs, since when, when it was heard of last, and how many messages it has claimed.'],
    options: withStoreOptions(),
    access: reads,
    load: async () => (await import('./nodes.ts')).runNodes,
  },
  {
    name: 'storage counts',
    summary: 'count messages by queue and state',
    description: ['Reads only. Counts every row, so it takes a moment where millions wait.'],
    options: withStoreOptions(),
    access: reads,
    load: async () => (await import('./storage-counts.ts')).runStorageCounts,
  },
  {
    name: 'storage migrate',
    summary: 'bring the tables up to date, or show what that would do',
    description: [
      'Applies what is missing in one transaction, under a lock: all or nothing. A step that processes of the version before ' +
        'cannot live with asks first while such processes are alive.',
    ],
    options: withStoreOptions({ name: 'dry-run', words: 'only show what would be done; changes nothing' }, yes),
    access: (said) => ({ readOnly: said.has('dry-run'), checkSchema: false }),
    load: async () => (await import('./storage-migrate.ts')).runStorageMigrate,
  },
  {
    name: 'storage script',
    summary: 'print the SQL that makes the tables, or leads from one version to another',
    description: ['Touches no database. The script fails, and changes nothing, where the database has another version than it was made for.'],
    options: withStoreOptions(
      { name: 'from', value: 'version', words: 'the version that the database has; 0, an empty one, when unsaid' },
      { name: 'to', value: 'version', words: 'the version to reach; the newest when unsaid' },
    ),
    access: () => undefined,
    load: async () => (await import('./storage-script.ts')).runStorageScript,
  },
  {
    name: 'storage clear',
    summary: 'delete all messages, dead letters too',
    description: ['Deletes messages and nothing else: tables, nodes and the name of the app stay. Asks first.'],
    options: withStoreOptions(yes),
    access: writes,
    load: async () => (await import('./storage-clear.ts')).runStorageClear,
  },
  {
    name: 'storage rebuild',
    summary: 'drop all tables with every message, and make them anew',
    description: ['Tables of yours in the same schema stay. Refuses while processes are alive, and asks first.'],
    options: withStoreOptions(yes),
    access: () => ({ readOnly: false, checkSchema: false }),
    load: async () => (await import('./storage-rebuild.ts')).runStorageRebuild,
  },
  {
    name: 'storage release',
    summary: 'free the claims of dead nodes, or of one node',
    description: [
      'Running nodes do this by themselves within seconds; it is for a store that none of them serves. A node that lives after all ' +
        'comes back under a new id and cannot settle what was taken from it; naming a living one asks first.',
    ],
    options: withStoreOptions({ name: 'node', value: 'id', words: 'this node; all dead ones when unsaid' }, yes),
    access: writes,
    load: async () => (await import('./storage-release.ts')).runStorageRelease,
  },
  {
    name: 'dead-letters list',
    summary: 'list dead letters, newest first, or count them by error',
    description: ['Without a filter, all. The last line says how to go on.'],
    options: withStoreOptions(
      ...filterOptions,
      { name: 'summary', short: 's', words: 'how many of each queue, message and error' },
      { name: 'limit', short: 'n', value: 'number', words: 'at most so many; 20 when unsaid' },
      { name: 'after', value: 'cursor', words: 'go on behind this place' },
    ),
    access: reads,
    load: async () => (await import('./dead-letters-list.ts')).runDeadLettersList,
  },
  {
    name: 'dead-letters show',
    summary: 'show one dead letter: body, headers, error, stack, attempts',
    description: ['With --body, only the body, byte for byte: jasper dead-letters show ID --body > order.json.'],
    operands: { usage: '<id>', words: 'the id of one message', least: 1, most: 1 },
    options: withStoreOptions(
      { name: 'queue', short: 'q', value: 'address', words: 'where several queues have the same id' },
      { name: 'body', short: 'b', words: 'print the body and nothing else' },
    ),
    access: reads,
    load: async () => (await import('./dead-letters-show.ts')).runDeadLettersShow,
  },
  {
    name: 'dead-letters edit',
    summary: 'replace the body of a dead letter, and replay it if wanted',
    description: [
      'A JSON message must stay JSON unless --raw says otherwise; whether it fits its type is known only to the app, which tells when it handles it ' +
        '(app.deadLetters.edit checks before). Everything else about the message stays as it is.',
    ],
    operands: { usage: '<id>', words: 'the id of one message', least: 1, most: 1 },
    options: withStoreOptions(
      { name: 'queue', short: 'q', value: 'address', words: 'where several queues have the same id' },
      { name: 'body', short: 'b', value: 'text', words: 'the new body' },
      { name: 'file', short: 'f', value: 'file', words: 'the file with the new body; - is standard input' },
      { name: 'raw', words: 'take bytes of any kind' },
      { name: 'replay', short: 'r', words: 'replay it at once' },
    ),
    access: writes,
    load: async () => (await import('./dead-letters-edit.ts')).runDeadLettersEdit,
  },
  {
    name: 'dead-letters replay',
    summary: 'put dead letters back into their queues, by id or by filter',
    description: [
      'In the order in which the messages arrived, at --rate messages a second if said. Ids, lineage, tenant, headers and history stay; attempts ' +
        'begin anew. Interrupted, what is left is still a dead letter, and the same command goes on.',
    ],
    operands: { usage: '[id...]', words: 'ids' },
    options: withStoreOptions(
      ...filterOptions,
      { name: 'all', words: 'every dead letter' },
      { name: 'rate', value: 'number', words: 'messages a second; as fast as the store takes them when unsaid' },
    ),
    access: writes,
    load: async () => (await import('./dead-letters-replay.ts')).runDeadLettersReplay,
  },
  {
    name: 'dead-letters discard',
    summary: 'delete dead letters for good, by id or by filter',
    description: ['Says how many, and asks first.'],
    operands: { usage: '[id...]', words: 'ids' },
    options: withStoreOptions(...filterOptions, { name: 'all', words: 'every dead letter' }, yes),
    access: writes,
    load: async () => (await import('./dead-letters-discard.ts')).runDeadLettersDiscard,
  },
  {
    name: 'endpoints list',
    summary: 'list endpoints that have messages or are paused',
    description: ['From the store alone: endpoints at which nothing waits and nothing is paused are known only to the app (app.endpoints.list).'],
    options: withStoreOptions(),
    access: reads,
    load: async () => (await import('./endpoints.ts')).runEndpointsList,
  },
  {
    name: 'endpoints pause',
    summary: 'let no process take messages from an endpoint',
    description: ['Holds for all processes, at once, and outlives them. Nothing is lost, and every message keeps its place.'],
    operands: { usage: '<address>', words: 'the address of one endpoint, such as local://place-order', least: 1, most: 1 },
    options: withStoreOptions(
      { name: 'for', value: 'time', words: 'how long, such as 30m or 2h; until it is resumed when unsaid' },
      { name: 'reason', value: 'words', words: 'why, for those who find it paused' },
    ),
    access: writes,
    load: async () => (await import('./endpoints.ts')).runEndpointsPause,
  },
  {
    name: 'endpoints resume',
    summary: 'end a pause',
    description: ['Running processes go on with their next beat, within 1.2 s. Exit code 1 if the endpoint was not paused.'],
    operands: { usage: '<address>', words: 'the address of one endpoint', least: 1, most: 1 },
    options: withStoreOptions(),
    access: writes,
    load: async () => (await import('./endpoints.ts')).runEndpointsResume,
  },
  {
    name: 'scheduled list',
    summary: 'list messages whose time has not come, the soonest first',
    description: ['The last line says how to go on.'],
    options: withStoreOptions(
      { name: 'queue', short: 'q', value: 'address', words: 'those of a queue' },
      { name: 'type', short: 't', value: 'name', words: 'those of a message type' },
      { name: 'limit', short: 'n', value: 'number', words: 'at most so many; 20 when unsaid' },
      { name: 'after', value: 'place', words: 'go on behind this place' },
    ),
    access: reads,
    load: async () => (await import('./scheduled-list.ts')).runScheduledList,
  },
  {
    name: 'scheduled cancel',
    summary: 'take back a message whose time has not come',
    description: ['At every queue that it was scheduled for. Says at which it was too late; exit code 1 if at all of them. Asks first.'],
    operands: { usage: '<id>', words: 'the id of one message', least: 1, most: 1 },
    options: withStoreOptions(yes),
    access: writes,
    load: async () => (await import('./scheduled-change.ts')).runScheduledCancel,
  },
  {
    name: 'scheduled reschedule',
    summary: 'give a message whose time has not come another time',
    description: ['A time that has passed makes it due at once. Says at which queues it was too late; exit code 1 if at all of them.'],
    operands: { usage: '<id> <time>', words: 'an id and a time, such as 30m or 2026-11-24T14:00Z', least: 2, most: 2 },
    options: withStoreOptions(),
    access: writes,
    load: async () => (await import('./scheduled-change.ts')).runScheduledReschedule,
  },
]

/** The first words of commands that have two. */
export function groupsOf(): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')).filter((words) => words.length > 1).map(([group]) => group!))]
}
