import { providerPlace } from '../resolve/bound-provider.ts'
import type { VariableSource } from '../resolve/variable.ts'

/**
 * Where a value comes from, for people.
 *
 * @param integration  The library whose transaction the chain runs in.
 */
export function sourceWords(source: VariableSource, integration: string | undefined): string {
  switch (source.kind) {
    case 'message':
      return 'the message'
    case 'run':
      return runWords[source.member]
    case 'constant':
      return `${JSON.stringify(source.value)}, as the plugin says`
    case 'adapter':
      return `the adapter of ${source.integration}`
    case 'transaction':
      return `the transaction of ${integration ?? 'the chain'}`
    case 'handle':
      return `the app's own handle of ${source.integration}, outside any transaction`
    case 'service':
      return `the option services.${source.name} of createApp`
    case 'provider':
      return `what ${providerPlace(source.of.provider)} makes, ${source.of.lifetime === 'app' ? 'once for the app' : 'for each message'}`
    case 'value':
      return `the constant ${source.export} in ${source.file}`
    case 'nothing':
      return 'nothing: nobody has one, and the parameter is content without'
    case 'middleware':
    case 'kept':
      return `${source.name}, which ${source.maker} makes${source.kind === 'kept' ? ', if it was made' : ''}`
    case 'error':
      return 'what was thrown, if anything'
    case 'instance':
      return 'a new instance of the class'
    case 'returned':
      return 'what the handler returned'
  }
}

const runWords: Readonly<Record<Extract<VariableSource, { readonly kind: 'run' }>['member'], string>> = {
  context: 'the context of this handling: what is sent through it leaves with the commit',
  envelope: 'the envelope in which the message came',
  log: 'the logger of the app',
  now: 'the instant at which this attempt began, by the clock of the app',
  signal: 'aborts at the timeout, and when the app stops',
}
