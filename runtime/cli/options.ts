import type { CommandOption } from './commands.ts'

const store: readonly CommandOption[] = [
  { name: 'url', value: 'url', words: 'the database; else JASPER_URL, else the store of the config' },
  { name: 'schema', value: 'name', words: 'the schema of the tables, with --url; else JASPER_SCHEMA, else jasper' },
  { name: 'config', short: 'c', value: 'file', words: 'the config file; jasper.config.ts, .mts, .js or .mjs here when unsaid' },
]
const output: readonly CommandOption[] = [
  { name: 'json', words: 'one JSON document, for tools' },
  { name: 'help', short: 'h', words: 'this text' },
]

/** What every command takes, around options of its own. */
export const withStoreOptions = (...own: readonly CommandOption[]): readonly CommandOption[] => [...own, ...store, ...output]

export const yes: CommandOption = { name: 'yes', short: 'y', words: 'do not ask' }

/** Which dead letters. */
export const filterOptions: readonly CommandOption[] = [
  { name: 'queue', short: 'q', value: 'address', words: 'those of a queue or destination, such as local://place-order' },
  { name: 'type', short: 't', value: 'name', words: 'those of a message type' },
  { name: 'error', short: 'e', value: 'type', words: 'those of an error type, such as TypeError or JASPER_DECODE' },
  { name: 'text', value: 'words', words: "those whose error's message has these words, in capitals or not" },
  { name: 'since', value: 'time', words: 'those that died since: 30m, 2h, 7d ago, or a date such as 2026-11-24T14:00Z' },
  { name: 'until', value: 'time', words: 'those that died before: likewise' },
]
