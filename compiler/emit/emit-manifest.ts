import { manifestName } from './generated-header.ts'
import type { EmittedModule } from './emitted-module.ts'
import type { Discovered, OlderVersion } from '../discover/discovered.ts'

/**
 * What travels, for reviews and for `check`: the name, version and shape of every message, and every
 * named shape that they reach. Sorted, so that a change of one message is a change of its lines.
 */
export function emitManifest({ messages, shapes }: Discovered): EmittedModule {
  const ofMessages = messages.map((message): Entry => {
    const { name, version, shape, older } = message
    return { key: name, of: message, value: () => ({ version, shape, older: olderOf(older) }) }
  })
  const ofShapes = Object.values(shapes).map((named): Entry => {
    return { key: named.key, of: named, value: () => ({ shape: named.shape, class: named.class }) }
  })
  // In order of their names, each on lines of its own: more than a few fill more than one line in any case.
  if (messages.length > few) {
    return { path: manifestName, text: `{\n  "messages": ${printAll(ofMessages)},\n  "shapes": ${printAll(ofShapes)}\n}\n` }
  }
  const plain = (entries: readonly Entry[]): unknown => Object.fromEntries(entries.map(({ key, value }) => [key, value()]))
  return { path: manifestName, text: `${print(sortKeys({ messages: plain(ofMessages), shapes: plain(ofShapes) }), '')}\n` }
}

const few = 10

interface Entry {
  readonly key: string
  /** What the value is made of, and nothing else. */
  readonly of: object
  readonly value: () => unknown
}

/** What was printed for a message or a shape. The same object says the same. */
const printed = new WeakMap<object, string>()

function printAll(entries: readonly Entry[]): string {
  // Only the shapes can be so few here.
  if (entries.length <= few) return print(sortKeys(Object.fromEntries(entries.map(({ key, value }) => [key, value()]))), '  ', '  "shapes": ')
  const lines = entries.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, of, value }) => {
    let text = printed.get(of)
    if (text === undefined) {
      const before = `    ${JSON.stringify(key)}: `
      text = before + print(sortKeys(value()), '    ', before)
      printed.set(of, text)
    }
    return text
  })
  return `{\n${lines.join(',\n')}\n  }`
}

/** By version; nothing where there are none. */
function olderOf(older: readonly OlderVersion[]): unknown {
  if (older.length === 0) return undefined
  return Object.fromEntries(older.map(({ version, shape, to }) => [String(version), { shape, to }]))
}

const widest = 100

/** JSON in which whatever fits in a line stands in one: a member of a message is a line of a review, and not seven. */
function print(value: unknown, indent: string, before = indent): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const line = inLine(value, widest - before.length)
  if (line !== undefined) return line
  const inside = `${indent}  `
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const parts = Array.isArray(value)
    ? value.map((item) => inside + print(item, inside))
    : Object.entries(value).map(([key, member]) => {
        const start = `${inside}${JSON.stringify(key)}: `
        return start + print(member, inside, start)
      })
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`
}

/** JSON in one line, if there is room for it. Gives up as soon as there is not: most of a manifest is tried at every depth. */
function inLine(value: unknown, room: number): string | undefined {
  if (typeof value !== 'object' || value === null) return fitting(JSON.stringify(value), room)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const parts: string[] = []
  let left = room - 4
  for (const [key, member] of Object.entries(value)) {
    const start = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `
    const part = inLine(member, left - start.length)
    if (part === undefined) return undefined
    parts.push(start + part)
    left -= start.length + part.length + 2
  }
  return fitting(parts.length === 0 ? `${open}${close}` : `${open} ${parts.join(', ')} ${close}`, room)
}

function fitting(text: string, room: number): string | undefined {
  return text.length <= room ? text : undefined
}

/** Keys by code unit at every depth, without those that hold nothing; lists keep their order, which says something. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]))
}
