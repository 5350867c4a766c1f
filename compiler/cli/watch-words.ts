import type { WatchEvent } from '../watch/watch-project.ts'
import { counted } from './in-words.ts'

type Built = Extract<WatchEvent, { readonly kind: 'built' }>
type Cause = Built['because'][number]

/** More names than these are counted. */
const most = 3

/** `PlaceOrder, 1 of 500 chains`; where no chain was written, what was; where nothing was, that. */
export function rebuiltInWords({ rebuilt, files, summary, because }: Built): string {
  const chains = counted(summary.chains, 'chain')
  const written = files.written.length + files.deleted.length
  if (written === 0) return `all is current, ${chains}`
  if (because.length === 0 && rebuilt.length > most) return `${counted(summary.messages, 'message')}, ${chains}, ${counted(written, 'file')} written`
  if (rebuilt.length > 0) return `${someOf(rebuilt)}, ${rebuilt.length} of ${chains}`
  return `${someOf([...files.written, ...files.deleted.map((path) => `${path} deleted`)])}, ${chains} as before`
}

/** `src/orders/messages.ts changed`; for many, the first of them. */
export function causeInWords(because: readonly Cause[]): string {
  const files = because.filter(({ kind }) => kind !== 'listing' && kind !== 'link')
  const told = files.length > 0 ? files : because
  if (told.length === 0) return 'the output was not as it should be'
  const [first] = told
  const words = told.slice(0, most).map(inWords)
  return first === undefined || told.length <= most ? words.join(', ') : `${inWords(first)}, and ${told.length - 1} more`
}

function inWords({ path, kind }: Cause): string {
  switch (kind) {
    case 'changed':
      return `${path} changed`
    case 'added':
      return `${path} was added`
    case 'removed':
      return `${path} was removed`
    case 'listing':
      return `files came or went in ${path === '' ? 'the project' : path}`
    case 'link':
      return `${path} leads elsewhere`
  }
}

function someOf(names: readonly string[]): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`
}
