import type { Discovered, DiscoveredHandler, DiscoveredMessage, DiscoveredParameter, ReturnShape } from '../../compiler/discover/discovered.ts'
import type { SourceSpan } from '../../compiler/discover/source-span.ts'
import type { TypeRef } from '../../compiler/discover/type-ref.ts'

/** What stage 1 would leave, written by hand: so the later stages are tested without a compiler. */

export function span(file: string, line = 1): SourceSpan {
  return { file, line, column: 1, length: 1 }
}

export function fileType(file: string, symbol: string, more: Partial<TypeRef> = {}): TypeRef {
  const importable = { from: { file }, name: symbol }
  return { origin: { kind: 'file', file }, symbol, typeArguments: [], ancestors: [], text: symbol, importable, optional: false, ...more }
}

export function packageType(name: string, symbol: string, more: Partial<TypeRef> = {}): TypeRef {
  const importable = { from: { package: name }, name: symbol }
  return { origin: { kind: 'package', name }, symbol, typeArguments: [], ancestors: [], text: symbol, importable, optional: false, ...more }
}

export function builtinType(symbol: string): TypeRef {
  return { origin: { kind: 'builtin' }, symbol, typeArguments: [], ancestors: [], text: symbol, importable: undefined, optional: false }
}

export function anonymousType(text: string): TypeRef {
  return { origin: { kind: 'anonymous' }, symbol: '', typeArguments: [], ancestors: [], text, importable: undefined, optional: false }
}

export const poolClient = packageType('pg', 'PoolClient', {
  ancestors: [packageType('pg', 'Client', { ancestors: [packageType('pg', 'ClientBase')] })],
})

export function message(name: string, file = 'src/messages.ts'): DiscoveredMessage {
  return { name, version: 1, older: [], type: fileType(file, name), shape: { kind: 'ref', key: `${file}#${name}` }, span: span(file) }
}

export function parameter(name: string, type: TypeRef, line = 1): DiscoveredParameter {
  return { name, type, optional: type.optional, span: span('src/a.handler.ts', line) }
}

const nothing: ReturnShape = { kind: 'nothing' }

export function one(...names: readonly string[]): ReturnShape {
  const alternatives = names.map((name) => ({
    message: name,
    test: names.length === 1 ? ({ kind: 'only' } as const) : ({ kind: 'member', member: `only${name}` } as const),
  }))
  return { kind: 'one', alternatives, optional: false }
}

export function handler(messageName: string, more: Partial<DiscoveredHandler> = {}): DiscoveredHandler {
  return {
    function: { kind: 'function', file: 'src/a.handler.ts', export: 'handle' },
    message: messageName,
    messageParameter: parameter('command', message(messageName).type),
    parameters: [],
    returns: nothing,
    async: true,
    span: span('src/a.handler.ts'),
    ...more,
  }
}

export function discovered(handlers: readonly DiscoveredHandler[], messages: readonly DiscoveredMessage[]): Discovered {
  return { handlers, messages, shapes: {}, imports: { extension: 'ts' } }
}
