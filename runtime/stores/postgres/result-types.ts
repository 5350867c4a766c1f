import type { CustomTypesConfig } from 'pg'

/**
 * How the answers to our own statements are read, whatever parsers the app has set in pg, which are
 * global: numbers and booleans as such, bytes as a Buffer, everything else as its text.
 */
export const resultTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) => parsers.get(oid) ?? keep) as CustomTypesConfig['getTypeParser'],
}

const keep = (text: string): string => text

const parsers = new Map<number, (text: string) => unknown>([
  [16, (text) => text === 't'],
  [17, bytes],
  [20, Number],
  [21, Number],
  [23, Number],
  [701, Number],
])

/** Both spellings of bytea: a server or a role may be set to the old one, `escape`. */
function bytes(text: string): Buffer {
  if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex')
  const binary = text.replace(/\\(\\|[0-3][0-7]{2})/g, (_, escaped: string) =>
    escaped === '\\' ? '\\' : String.fromCharCode(Number.parseInt(escaped, 8)),
  )
  return Buffer.from(binary, 'latin1')
}
