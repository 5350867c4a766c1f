import { createHash } from 'node:crypto'

/**
 * Every name in generated code is chosen here: legal, unreserved, free of collisions, and the same
 * whatever the order in which names are asked for.
 *
 * Where several things would like one name, none of them gets it: each moves to a name that says
 * more (its qualifiers), in the end to one with a hash of its key. So what a thing is called depends
 * on the set it is named in, never on who came first.
 */
export interface NameRequest {
  /** What is named; unique within the call. */
  readonly key: string
  /** What it would like to be called: `handle`, `OrderLine`. */
  readonly hint: string
  /** What to add, one after the other, while the name is not unique: `PlaceOrder`, then `Orders`. */
  readonly qualifiers?: readonly string[]
}

/** Names that are given away already. */
export type TakenNames = Pick<ReadonlySet<string>, 'has'>

/** What is taken in any of these. Those of a whole project are many, and not copied for each of its modules. */
export function takenInAny(...all: readonly TakenNames[]): TakenNames {
  return { has: (name) => all.some((names) => names.has(name)) }
}

/** Identifiers for all requests, by key; none of them is in `taken`. */
export function chooseNames(
  requests: readonly NameRequest[],
  taken: TakenNames = new Set(),
): ReadonlyMap<string, string> {
  return settle(requests, taken, (request, added) => identifier(request.hint + added.map(capitalised).join('')), same)
}

/** How one message or named shape is called in files and in code. */
export interface Naming {
  /** `place-order`: file names. */
  readonly kebab: string
  /** `placeOrder`: `placeOrderCodec`, `placeOrderChain`. May begin with `_`; may be a reserved word when bare. */
  readonly camel: string
  /** `PlaceOrder`: `decodePlaceOrder`. */
  readonly pascal: string
}

/**
 * Names for messages (keyed by wire name) or shapes (keyed by shape key).
 *
 * Two of them never differ in hyphens or case alone, so that their files are apart on every file
 * system and their identifiers in one module.
 */
export function chooseNamings(requests: readonly NameRequest[]): ReadonlyMap<string, Naming> {
  const stems = settle(requests, new Set(), (request, added) => kebabCase([request.hint, ...added].join('-')), squeezed)
  return new Map([...stems].map(([key, stem]) => [key, namingOf(stem)]))
}

/** A legal identifier that looks like the hint. Reserved words and the globals of generated code get a `_` behind. */
export function identifier(hint: string): string {
  const letters = hint.normalize('NFC').replace(/[^\p{ID_Continue}$]+(.)?/gu, (_, next: string | undefined) => (next ?? '').toUpperCase())
  const legal = letters.replace(/[^\p{ID_Continue}$]/gu, '')
  const name = /^[\p{ID_Start}$_]/u.test(legal) ? legal : `_${legal}`
  return unavailable.has(name) ? `${name}_` : name
}

/** Only letters and decimal digits may stand in identifiers; one letter is syntax instead. */
const notInWords = /(?:[^\p{L}\p{Nd}]|\u2E2F)+/u

/** `PlaceOrder`, `placeOrder`, `orders.place_order` and `HTTPRequest2` as lower-case words with hyphens. */
export function kebabCase(name: string): string {
  const words = name
    .normalize('NFC')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1-$2')
    .replace(/([\p{Ll}\p{Nd}])(\p{Lu})/gu, '$1-$2')
    .toLowerCase()
    .normalize('NFC')
    .split(notInWords)
    .filter((word) => word !== '')
  const kebab = words.join('-')
  if (kebab === '') return 'unnamed'
  return deviceNames.test(kebab) ? `${kebab}-file` : kebab
}

function namingOf(stem: string): Naming {
  const pascal = stem.split('-').map(capitalised).join('')
  const first = stem.split('-', 1)[0] ?? ''
  const camel = first + pascal.slice(capitalised(first).length)
  return { kebab: stem, camel: /^\p{Nd}/u.test(camel) ? `_${camel}` : camel, pascal: /^\p{Nd}/u.test(pascal) ? `_${pascal}` : pascal }
}

type Spelling = (request: NameRequest, added: readonly string[]) => string

/** Moves every request of a crowded name on to its next spelling until each name has one owner. */
function settle(
  requests: readonly NameRequest[],
  taken: TakenNames,
  spell: Spelling,
  identity: (name: string) => string,
): ReadonlyMap<string, string> {
  const levels = new Map(requests.map((request) => [request.key, 0]))
  if (levels.size !== requests.length) throw new Error('chooseNames was given the same key twice')
  for (;;) {
    const names = requests.map((request) => spell(request, additions(request, levels.get(request.key) ?? 0)))
    const owners = new Map<string, number>()
    for (const name of names) owners.set(identity(name), (owners.get(identity(name)) ?? 0) + 1)
    let moved = false
    requests.forEach((request, index) => {
      const name = names[index] ?? ''
      if (owners.get(identity(name)) === 1 && !taken.has(name)) return
      levels.set(request.key, (levels.get(request.key) ?? 0) + 1)
      moved = true
    })
    if (!moved) return new Map(requests.map((request, index) => [request.key, names[index] ?? '']))
  }
}

/** What a request adds to its hint at a level: ever more qualifiers, then ever more of the key's hash. */
function additions(request: NameRequest, level: number): readonly string[] {
  const qualifiers = request.qualifiers ?? []
  if (level <= qualifiers.length) return qualifiers.slice(0, level)
  const round = level - qualifiers.length
  const hash = createHash('sha256').update(request.key).digest('hex')
  return ['x' + hash.slice(0, 6 * round), ...(6 * round > hash.length ? ['x'.repeat(round)] : [])]
}

function capitalised(word: string): string {
  const first = [...word][0] ?? ''
  return first.toUpperCase() + word.slice(first.length)
}

const same = (name: string): string => name
const squeezed = (name: string): string => name.replaceAll('-', '')

/** File names that Windows keeps for devices, with any extension. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)$/

const unavailable: ReadonlySet<string> = new Set(
  [
    'arguments as async await boolean break case catch class const continue debugger default delete do else enum eval',
    'export extends false finally for function get if implements import in instanceof interface let never new null',
    'number object of package private protected public return set static string super switch symbol this throw true',
    'try type typeof undefined unknown using var void while with yield any bigint',
    'Array BigInt Date Error Infinity JSON Map Math NaN Number Object Promise Readonly ReadonlyArray Record Set String',
    'Symbol globalThis module require exports __dirname __filename',
  ].flatMap((line) => line.split(' ')),
)
