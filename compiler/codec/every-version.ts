import type { DiscoveredMessage } from '../discover/discovered.ts'

/** Every version of every message as a message of its own: each has a codec. */
export function everyVersion(messages: readonly DiscoveredMessage[]): readonly DiscoveredMessage[] {
  return messages.flatMap((message) => [
    message,
    ...message.older.map(({ version, type, shape, span }): DiscoveredMessage => {
      return { name: versionName(message.name, version), version, type, shape, span, older: [] }
    }),
  ])
}

/** What an older version is called where the name of a message stands. No wire name has spaces. */
export function versionName(name: string, version: number): string {
  return `${name} version ${version}`
}
