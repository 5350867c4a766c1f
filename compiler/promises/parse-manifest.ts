import type { NamedShape, Shape, ShapeTable } from '../discover/shape.ts'

/** A manifest as it is read again: what was promised to messages that are stored or on their way. */
export interface Manifest {
  readonly messages: Readonly<Record<string, ManifestMessage>>
  readonly shapes: ShapeTable
}

interface ManifestMessage {
  readonly version: number
  readonly shape: Shape
  readonly older?: Readonly<Record<string, { readonly shape: Shape; readonly to: number }>>
}

/** `undefined` for a text that is no manifest. */
export function parseManifest(text: string): Manifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value) || !isObject(value['messages']) || !isObject(value['shapes'])) return undefined
  const messages = Object.entries(value['messages'])
  const shapes = Object.entries(value['shapes'])
  const isWhole = messages.every(([, message]) => isMessage(message)) && shapes.every(([, named]) => isObject(named) && isShape(named['shape']))
  if (!isWhole) return undefined
  const table = shapes.map(([key, named]): [string, NamedShape] => {
    const { shape, class: rebuilt } = named as { shape: Shape; class?: NamedShape['class'] }
    return [key, { key, name: key.slice(key.lastIndexOf('#') + 1), shape, class: rebuilt, typeImport: undefined }]
  })
  return { messages: Object.fromEntries(messages) as Manifest['messages'], shapes: Object.fromEntries(table) }
}

/** Versions of a message that its readers know, with their shapes. */
export function versionsOf({ version, shape, older = {} }: ManifestMessage): ReadonlyMap<number, Shape> {
  return new Map([...Object.entries(older).map(([key, one]): [number, Shape] => [Number(key), one.shape]), [version, shape]])
}

function isMessage(value: unknown): boolean {
  if (!isObject(value) || typeof value['version'] !== 'number' || !isShape(value['shape'])) return false
  const { older } = value
  return older === undefined || (isObject(older) && Object.values(older).every((one) => isObject(one) && isShape(one['shape'])))
}

function isShape(value: unknown): boolean {
  return isObject(value) && typeof value['kind'] === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
