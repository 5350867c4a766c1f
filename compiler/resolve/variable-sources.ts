import { pathOf, type Asking } from './asking.ts'
import type { BoundProvider } from './bound-provider.ts'
import type { KnownProviders } from './known-providers.ts'
import { matchIntegration } from './match-integration.ts'
import { valueFor } from './middleware-values.ts'
import { runMember, isOfRuntime } from './run-member.ts'
import { sameType } from './same-type.ts'
import { serviceName } from './service-name.ts'
import { spellable } from './spellable.ts'
import type { VariableSource } from './variable.ts'
import { handlerPlace } from '../chain/handler-name.ts'
import type { Chain } from '../chain/chain.ts'
import type { DiagnosticArguments, DiagnosticCode } from '../diagnostics/catalog.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredMessage, DiscoveredProvider } from '../discover/discovered.ts'
import type { Integration } from '../integrations/integration.ts'

/** What parameters are resolved against. */
export interface Surroundings {
  readonly integrations: readonly Integration[]
  readonly messages: readonly DiscoveredMessage[]
  /** The output folder, relative to the project's: a `Context` from there is the app's MessageContext. */
  readonly output: string
  /** What provider files export. None when unsaid. */
  readonly providers?: readonly DiscoveredProvider[]
}

/** What is known while the sources of one chain are looked for. */
export interface SourceScope {
  readonly chain: Chain
  readonly around: Surroundings
  readonly providers: KnownProviders
  readonly bag: DiagnosticBag
  /** The provider with the sources of its own arguments; `undefined`, with a diagnostic, where one has none. */
  solve(provider: DiscoveredProvider, asking: Asking): BoundProvider | undefined
}

export interface FoundSource {
  readonly source: VariableSource
  /** The integration whose transaction it is. */
  readonly integration: Integration | undefined
}

/** A source, a refusal of which the bag knows, or nothing: then the next is asked. */
type Answer = FoundSource | 'refused' | undefined

/** Where a value may come from: the first that has an answer is the source. Who is not answered needs a service. */
const inOrder: readonly ((asking: Asking, scope: SourceScope) => Answer)[] = [ofMessage, ofRun, ofTransaction, ofMiddleware, ofProvider]

/** Where the value for a parameter comes from; `undefined` when nowhere, and then the bag says why. */
export function findSource(asking: Asking, scope: SourceScope): FoundSource | undefined {
  for (const look of inOrder) {
    const answer = look(asking, scope)
    if (answer !== undefined) return answer === 'refused' ? undefined : answer
  }
  const answer = ofService(asking, scope)
  return answer === 'refused' ? undefined : answer
}

/** The message of the chain, by its type or one that it extends. */
function ofMessage({ parameter }: Asking, { chain }: SourceScope): Answer {
  const { type } = chain.message
  return [type, ...type.ancestors].some((candidate) => sameType(candidate, parameter.type)) ? found({ kind: 'message' }) : undefined
}

/** MessageContext, Envelope, Logger, AbortSignal, a Date called `now`. */
function ofRun(asking: Asking, { around }: SourceScope): Answer {
  const { name: parameter, type } = asking.parameter
  const member = runMember(type, around.output)
  if (member !== undefined) return found({ kind: 'run', member })
  const isNow = type.origin.kind === 'builtin' && type.symbol === 'Date' && parameter === 'now'
  return isNow ? found({ kind: 'run', member: 'now' }) : undefined
}

function ofTransaction(asking: Asking, { around, chain, bag }: SourceScope): Answer {
  const { type, span, optional } = asking.parameter
  const match = matchIntegration(type, around.integrations)
  if (match?.as !== 'provides') return undefined
  const { nonTransactional } = chain
  if (nonTransactional === undefined) return found({ kind: 'transaction' }, match.integration)
  if (optional) return found({ kind: 'nothing' })
  const { name: library, roots, handles = roots } = match.integration
  const handle = handles[0]?.split('#')[1] ?? 'the handle'
  bag.report('JG4015', { asker: asking.asker, message: chain.message.name, library, handle }, {
    span,
    label: 'a transaction',
    notes: [{ span: nonTransactional.span, message: 'says nonTransactional()' }],
    path: pathOf(asking),
  })
  return 'refused'
}

/** What a `before` or `load` function makes. */
function ofMiddleware(asking: Asking, { chain, bag }: SourceScope): Answer {
  const value = valueFor(asking, chain, bag)
  if (value === undefined || value === 'refused') return value
  return found({ kind: 'middleware', step: value.step, index: value.index, name: value.value.name, maker: handlerPlace(value.maker.function) })
}

/** What an export of a provider file is or makes. */
function ofProvider(asking: Asking, { providers, bag, solve }: SourceScope): Answer {
  const { name: parameter, type, span, optional } = asking.parameter
  const [provider, other] = providers.of(type)
  if (provider === undefined) return undefined
  if (other !== undefined) {
    bag.report('JG4011', { type: type.text, first: provider.export, second: other.export }, {
      span,
      label: 'which one?',
      notes: [provider, other].map(({ span: place, export: name }) => ({ span: place, message: `${name} provides it` })),
      path: pathOf(asking),
    })
    return 'refused'
  }
  const isContent = optional || type.optional || !provider.type.optional
  if (!isContent) return refuse('JG4013', { parameter, provider: provider.export }, 'cannot do without', asking, bag)
  if (provider.kind === 'value') return found({ kind: 'value', file: provider.file, export: provider.export })
  const of = solve(provider, asking)
  return of === undefined ? 'refused' : found({ kind: 'provider', of })
}

/** A member of `services`: what is left. It needs a type that the options of `createApp` can name. */
function ofService(asking: Asking, { around, bag, chain }: SourceScope): Exclude<Answer, undefined> {
  const { name: parameter, type, optional } = asking.parameter
  // What a provider can do without it is not given: its default value, or that of a class which it extends, stands.
  if (optional && asking.via !== undefined) return found({ kind: 'nothing' })
  const match = matchIntegration(type, around.integrations)
  if (match?.as === 'handle' && chain.nonTransactional !== undefined) return found({ kind: 'handle', integration: match.integration.name })
  if (match !== undefined) {
    const { name: library, provides } = match.integration
    const wanted = provides[0]?.split('#')[1] ?? 'a transaction'
    return refuse('JG4006', { type: type.text, wanted, library }, 'not a transaction', asking, bag)
  }
  const message = around.messages.find((candidate) => sameType(candidate.type, type))
  if (message !== undefined) {
    if (asking.via === undefined) return refuse('JG4008', { parameter, message: message.name }, 'a message', asking, bag)
    return refuse('JG4014', { asker: asking.asker, message: message.name, handled: chain.message.name }, 'another message', asking, bag)
  }
  if (isOfRuntime(type)) return refuse('JG4007', { type: type.text }, 'belongs to the app', asking, bag)
  // Its default value stands in for what nobody could give.
  if (optional && !isService(asking)) return found({ kind: 'nothing' })
  if (type.origin.kind === 'builtin' && type.symbol === 'Date') return refuse('JG4004', { parameter }, 'which date?', asking, bag)
  if (type.origin.kind === 'builtin') return refuse('JG4001', { parameter, type: type.text }, 'a type of the language', asking, bag)
  if (type.origin.kind === 'anonymous') return refuse('JG4002', { parameter, type: type.text }, 'written in place', asking, bag)
  if (!spellable(type)) return refuse('JG4003', { parameter, type: type.text }, 'cannot be imported', asking, bag)
  return found({ kind: 'service', name: serviceName(type.symbol) })
}

function isService({ parameter: { type } }: Asking): boolean {
  return type.origin.kind === 'file' || type.origin.kind === 'package'
}

function found(source: VariableSource, integration?: Integration): FoundSource {
  return { source, integration }
}

function refuse<Code extends DiagnosticCode>(
  code: Code,
  values: DiagnosticArguments<Code>,
  label: string,
  asking: Asking,
  bag: DiagnosticBag,
): 'refused' {
  bag.report(code, values, { span: asking.parameter.span, label, path: pathOf(asking) })
  return 'refused'
}
