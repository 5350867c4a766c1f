import { afterEach } from 'vitest'
import { buildApp } from '../../runtime/host/build-app.ts'
import type { App, AppOptions } from '../../runtime/host/app.ts'
import type { GlobalPolicy, Policy } from '../../runtime/config/policy.ts'
import type { MakeSingletons } from '../../runtime/host/singletons.ts'
import type { Routes } from '../../runtime/config/routes.ts'
import type { LogFields, Logger } from '../../runtime/contracts/logger.ts'
import type { ChainRun } from '../../runtime/dispatch/chain-run.ts'
import type { AnyChain, MessageRegistration } from '../../runtime/dispatch/chain.ts'
import type { TransactionAdapter } from '../../runtime/contracts/transaction-adapter.ts'
import { JasperError } from '../../runtime/errors/jasper-error.ts'
import { inMemory } from '../../runtime/stores/in-memory/index.ts'
import { ManualClock } from '../support/manual-clock.ts'

/** The messages of these tests carry a number. */
export interface Numbered {
  readonly n: number
}
export type Run = ChainRun<Numbered>
type SmallMessages = Record<string, { message: Numbered; reply: unknown }>

/** What generated code would say, written by hand: one chain for each handler given. */
export function chainsOf(
  handlers: Record<string, (run: Run) => unknown>,
  transaction?: TransactionAdapter<never, never>,
  policy: Readonly<Record<string, Policy>> = {},
): readonly AnyChain[] {
  return Object.entries(handlers).map(([message, handle]) => ({
    message,
    handle: async (run: Run) => await handle(run),
    transaction,
    cascades: [],
    handlers: [`small-app.ts ${message}`],
    ...(policy[message] && { policies: [policy[message]] }),
  }))
}

export function registration(name: string, version = 1): MessageRegistration {
  return {
    name,
    version,
    codec: {
      encode: (message: Numbered) => JSON.stringify(message),
      decode: (json) => {
        if (typeof json === 'object' && json !== null && 'n' in json && typeof json.n === 'number') return json
        throw new JasperError('JASPER_DECODE', '$.n is not a number')
      },
    },
  }
}

/** A logger that keeps what it was told. */
export function keptLog(): KeptLog {
  const lines: LogLine[] = []
  const at = (level: string) => (event: string, fields: LogFields = {}) => void lines.push({ level, event, fields })
  const has = (event: string): boolean => lines.some((line) => line.event.includes(event))
  return { lines, has, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export interface LogLine {
  readonly level: string
  readonly event: string
  readonly fields: LogFields
}

export interface KeptLog extends Logger {
  readonly lines: readonly LogLine[]
  has(event: string): boolean
}

export interface SmallApp {
  readonly app: App<SmallMessages>
  readonly clock: ManualClock
  readonly log: KeptLog
}

export function smallApp(
  handlers: Record<string, (run: Run) => unknown>,
  options: {
    readonly routes?: Routes
    readonly messages?: readonly MessageRegistration[]
    /** Besides those of the handlers: of their messages, or of others that `messages` names. */
    readonly chains?: readonly AnyChain[]
    /** Of handlers, by message. */
    readonly policy?: Readonly<Record<string, Policy>>
    /** Of the app. */
    readonly policies?: GlobalPolicy
    readonly singletons?: MakeSingletons
    readonly services?: object
  } & Partial<AppOptions> = {},
): SmallApp {
  const clock = new ManualClock()
  const log = keptLog()
  const { routes, messages, chains = [], policy, policies, singletons, ...appOptions } = options
  const app = buildApp<SmallMessages>(
    {
      chains: [...chainsOf(handlers, undefined, policy), ...chains],
      messages: messages ?? Object.keys(handlers).map((name) => registration(name)),
      routes,
      ...(policies && { policies }),
      ...(singletons && { singletons }),
    },
    { name: 'small', store: inMemory(), clock, log, ...appOptions },
  )
  return { app, clock, log }
}

/** Starts small apps, one a test, and stops each when its test ends. Call it at the top of a test file. */
export function startsSmallApps(): (...args: Parameters<typeof smallApp>) => Promise<SmallApp> {
  let running: SmallApp | undefined
  afterEach(async () => {
    const stopping = running?.app.stop()
    await running?.clock.advance(60_000)
    await stopping
    running = undefined
  })
  return async (...args) => {
    running = smallApp(...args)
    await running.app.start()
    await running.clock.advance(20)
    return running
  }
}
