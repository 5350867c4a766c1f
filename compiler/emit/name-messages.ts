import { versionName } from '../codec/every-version.ts'
import { chooseNamings, type Naming } from './name-scope.ts'
import type { DiscoveredMessage } from '../discover/discovered.ts'

/** What each message, and each older version of one, is called in files and identifiers. Chains and codecs agree on it. */
export function nameMessages(messages: readonly DiscoveredMessage[]): ReadonlyMap<string, Naming> {
  return chooseNamings(
    messages.flatMap(({ name, older }) => [
      { key: name, hint: name },
      ...older.map(({ version }) => ({ key: versionName(name, version), hint: `${name} v${version}` })),
    ]),
  )
}
