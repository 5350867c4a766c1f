import { handlerName } from '../chain/handler-name.ts'
import type { ChainMiddleware } from '../chain/chain.ts'
import type { Compilation } from '../compilation.ts'
import type { ConsideredEntry, ConsideredFile, Verdict } from '../discover/considered.ts'
import type { MadeValue, MiddlewareReturn } from '../discover/middleware.ts'
import type { SourceSpan } from '../discover/source-span.ts'

/** A considered file in which what is no handler, and yet something to the compiler, is called what it is. */
export function explainEntries(file: ConsideredFile, compilation: Compilation): ConsideredFile {
  const entries = file.entries.map((entry): ConsideredEntry => {
    if (entry.verdict.kind !== 'none') return entry
    const verdict = middlewareVerdict(entry, compilation) ?? providerVerdict(entry, compilation)
    return verdict === undefined ? entry : { ...entry, verdict }
  })
  return { ...file, entries }
}

/** Wire names of the messages in whose chains these functions are, sorted. */
export function messagesOf(entries: readonly ConsideredEntry[], { discovered }: Compilation): readonly string[] {
  const names = entries.flatMap(({ verdict, span }) => {
    if (verdict.kind === 'middleware') return verdict.messages
    // The verdict names what a handler takes, which may be a union or what its messages extend.
    return verdict.kind === 'handler' ? discovered.handlers.filter((one) => isSame(one.span, span)).map(({ message }) => message) : []
  })
  return [...new Set(names)].sort()
}

/** Every function that is middleware or a step of a plugin, under the name that `explain` takes. */
export function middlewareNames({ discovered }: Compilation): readonly string[] {
  return everyMiddleware(discovered).map((one) => handlerName(one.function))
}

function everyMiddleware({ middleware = [], plugins = [] }: Compilation['discovered']): readonly ChainMiddleware[] {
  return [...middleware, ...plugins.flatMap(({ steps }) => steps)]
}

function middlewareVerdict({ span }: ConsideredEntry, { discovered, plans }: Compilation): Verdict | undefined {
  const found = everyMiddleware(discovered).find((one) => isSame(one.span, span))
  if (found === undefined) return undefined
  const isCalled = (one: ChainMiddleware): boolean => isSame(one.span, span)
  const messages = plans.filter(({ chain }) => chain.middleware?.some(isCalled)).map(({ chain }) => chain.message.name)
  const plugin = discovered.plugins?.find(({ steps }) => steps.includes(found))?.file
  const makes = valuesOf(found.returns).map(({ name, type }) => `${name}: ${type.text}`)
  return { kind: 'middleware', role: found.role, messages: [...new Set(messages)].sort(), makes, ...(plugin !== undefined && { plugin }) }
}

function providerVerdict({ span }: ConsideredEntry, { discovered }: Compilation): Verdict | undefined {
  const found = discovered.providers?.find((one) => isSame(one.span, span))
  return found && { kind: 'provider', type: found.type.text }
}

function valuesOf(returns: MiddlewareReturn): readonly MadeValue[] {
  switch (returns.kind) {
    case 'value':
      return [returns.value]
    case 'members':
      return returns.values
    case 'elements':
      return returns.values.filter((value) => value !== undefined)
    case 'work':
      return returns.value === undefined ? [] : [returns.value]
    case 'nothing':
    case 'reasons':
    case 'messages':
      return []
  }
}

function isSame(a: SourceSpan, b: SourceSpan): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column
}
