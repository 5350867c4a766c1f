import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import type { Shape } from './shape.ts'
import { builtinName, declaredType } from './type-facts.ts'
import { importOfSymbol } from './type-import.ts'
import { originOfSymbol } from './type-origin.ts'

/** Types of the language that travel as one text. */
export const plainBuiltins = { Date: 'date', URL: 'url', Uint8Array: 'bytes', Buffer: 'buffer' } as const satisfies Record<string, Shape['kind']>

export function isPlainBuiltin(name: string): name is keyof typeof plainBuiltins {
  return Object.hasOwn(plainBuiltins, name)
}

/** Types of the language that do not travel, and what to use in a message in their place. */
const insteadOfBuiltin: Readonly<Record<string, string>> = {
  ArrayBuffer: 'Uint8Array',
  SharedArrayBuffer: 'Uint8Array',
  ArrayBufferLike: 'Uint8Array',
  DataView: 'Uint8Array',
  Blob: 'Uint8Array, or a key under which the file is stored',
  File: 'Uint8Array, or a key under which the file is stored',
  Uint8ClampedArray: 'Uint8Array',
  Int8Array: 'number[]',
  Int16Array: 'number[]',
  Uint16Array: 'number[]',
  Int32Array: 'number[]',
  Uint32Array: 'number[]',
  Float32Array: 'number[]',
  Float64Array: 'number[]',
  BigInt64Array: 'bigint[]',
  BigUint64Array: 'bigint[]',
  RegExp: 'a string, its source',
  URLSearchParams: 'a string, or [string, string][]',
  Error: 'a string, its message, or an object of yours',
}

/** The same for types of libraries, by package: Temporal and its polyfills, dates, decimals. */
const insteadOfLibrary: Readonly<Record<string, string>> = {
  'luxon#DateTime': 'Date',
  'moment#Moment': 'Date',
  'dayjs#Dayjs': 'Date',
  'decimal.js#Decimal': 'a string, and Decimal in the handler',
  'big.js#Big': 'a string, and Big in the handler',
  'bignumber.js#BigNumber': 'a string, and BigNumber in the handler',
  'bson#ObjectId': 'a string, its hexadecimal form',
  'mongodb#ObjectId': 'a string, its hexadecimal form',
}

/** What Node's modules export under the names of the language's own types. */
const sameInNode: readonly string[] = ['url#URL', 'node:url#URL', 'buffer#Buffer', 'node:buffer#Buffer']

/** The name of a type of the language, however it is imported: `URL` of `node:url` is `URL`. */
export function languageType(project: OpenedProgram, type: ts.Type): string | undefined {
  const builtin = builtinName(project, type)
  if (builtin !== undefined) return builtin
  const symbol = declaredType(project, type)?.symbol
  const origin = symbol && originOfSymbol(project, symbol)
  return origin && sameInNode.includes(`${packageOf(origin.origin)}#${origin.name}`) ? origin.name : undefined
}

/** What to use in place of a type of the language or a library; `undefined` where nobody knows. */
export function insteadOf(project: OpenedProgram, type: ts.Type): string | undefined {
  const symbol = declaredType(project, type)?.symbol
  const origin = symbol && originOfSymbol(project, symbol)
  if (origin === undefined || origin.origin.kind === 'file') return undefined
  const temporal = /(?:^|\.)(?:Temporal\.)(\w+)$/.exec(origin.name) ?? (/temporal/.test(packageOf(origin.origin)) ? /(\w+)$/.exec(origin.name) : null)
  if (temporal !== null) return `a string, its toString(), and Temporal.${temporal[1]}.from(…) in the handler`
  const table = origin.origin.kind === 'builtin' ? insteadOfBuiltin : insteadOfLibrary
  const key = origin.origin.kind === 'builtin' ? origin.name : `${packageOf(origin.origin)}#${origin.name.split('.').at(-1)}`
  return Object.hasOwn(table, key) ? table[key] : undefined
}

function packageOf(origin: { readonly kind: string; readonly name?: string }): string {
  return origin.kind === 'package' ? (origin.name ?? '') : ''
}

/** Of `Readonly<Map<…>>` the Map: an alias of the language's own around one of its classes adds nothing. */
export function frozenBuiltin(project: OpenedProgram, type: ts.Type): ts.Type | undefined {
  const { aliasSymbol, aliasTypeArguments } = type
  const [only] = aliasTypeArguments ?? []
  if (aliasSymbol?.name !== 'Readonly' || only === undefined || only === type) return undefined
  const isOurs = originOfSymbol(project, aliasSymbol)?.origin.kind !== 'builtin'
  return isOurs || languageType(project, only) === undefined ? undefined : only
}

/** A class that generated code cannot make an instance of: an abstract one, or one that it cannot import. */
export function isForeignClass(project: OpenedProgram, type: ts.Type): boolean {
  const declared = declaredType(project, type)
  if (declared === undefined || !(declared.symbol.flags & ts.SymbolFlags.Class)) return false
  const origin = originOfSymbol(project, declared.symbol)
  if (origin === undefined || ts.getCombinedModifierFlags(origin.declaration) & ts.ModifierFlags.Abstract) return true
  if (origin.origin.kind === 'file') return false
  return !isWorkspaceClass(project, declared.symbol)
}

/** A class of another package of the same workspace: its source, or its declarations, are not in node_modules. */
function isWorkspaceClass(project: OpenedProgram, symbol: ts.Symbol): boolean {
  const origin = originOfSymbol(project, symbol)
  if (origin?.origin.kind !== 'package' || origin.declaration.getSourceFile().fileName.includes('/node_modules/')) return false
  return importOfSymbol(project, symbol, undefined) !== undefined
}
