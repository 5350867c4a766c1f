import type { GlobalPolicy } from '../config/policy.ts'
import type { Routes } from '../config/routes.ts'
import type { AnyChain, MessageRegistration } from '../dispatch/chain.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { systemClock } from '../timing/system-clock.ts'
import { Transports } from '../routing/transports.ts'
import { toMilliseconds } from '../timing/duration.ts'
import type { App, AppOptions } from './app.ts'
import { appDefaults } from './app-defaults.ts'
import { consoleLogger } from './console-logger.ts'
import { Host } from './host.ts'
import type { MakeSingletons } from './singletons.ts'

/** What the generated index knows about an app. */
export interface AppDefinition {
  readonly chains: readonly AnyChain[]
  readonly messages: readonly MessageRegistration[]
  readonly routes?: Routes | undefined
  /** Makes what providers make once for the app. */
  readonly singletons?: MakeSingletons
  /** The policies of the whole app: they stand behind those of the handlers. */
  readonly policies?: GlobalPolicy
}

/**
 * Builds an app from generated code and the options of its author. Called by the generated
 * `createApp`, which types both.
 *
 * Opens nothing; throws for options and routes that cannot hold.
 */
export function buildApp<M>(definition: AppDefinition, options: AppOptions & { readonly services?: object }): App<M> {
  if (typeof options.name !== 'string' || !/^[\w.-]{1,100}$/.test(options.name)) {
    throw new JasperError('JASPER_BAD_OPTION', `name is ${JSON.stringify(options.name)}. Name the app with 1 to 100 letters, digits, '.', '_' or '-'; its stored messages belong to that name.`)
  }
  if (options.store === undefined || options.store === null) {
    throw new JasperError('JASPER_BAD_OPTION', "store is missing. Give embedded('./.jasper'), postgres({ connectionString }), or inMemory() where losing messages is well.")
  }
  const host = new Host({
    definition,
    name: options.name,
    store: options.store,
    transports: new Transports(options.transports),
    data: options.data ?? {},
    transactions: options.transactions ?? [],
    services: options.services ?? {},
    log: options.log ?? consoleLogger,
    clock: options.clock ?? systemClock,
    keepDeadLettersMs: options.keepDeadLetters === undefined ? undefined : toMilliseconds(options.keepDeadLetters, 'keepDeadLetters'),
    parkForMs: toMilliseconds(options.parkFor ?? appDefaults.parkFor, 'parkFor'),
    sendOnly: flag(options.sendOnly ?? appDefaults.sendOnly, 'sendOnly'),
    recovery: flag(options.recovery ?? appDefaults.recovery, 'recovery'),
    stopTimeoutMs: toMilliseconds(options.stopTimeout ?? appDefaults.stopTimeout, 'stopTimeout'),
  })
  // The generated types stand in front of a bus that works by name and value.
  return host as unknown as App<M>
}

function flag(value: boolean, what: string): boolean {
  if (typeof value === 'boolean') return value
  throw new JasperError('JASPER_BAD_OPTION', `${what} is ${JSON.stringify(value)}. It is true or false.`)
}
