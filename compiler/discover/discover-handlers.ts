import type { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { checkTransactionUse } from './check-transaction-use.ts'
import { checkSyntax } from './check-syntax.ts'
import type { Discovered } from './discovered.ts'
import { findHandlers } from './find-handlers.ts'
import { findMiddleware } from './find-middleware.ts'
import { findPlugins } from './find-plugins.ts'
import { findSends } from './find-sends.ts'
import { findProviders } from './find-providers.ts'
import { findGlobalPolicy, findPolicies } from './find-policies.ts'
import { handlersOfEach } from './handlers-of-each.ts'
import { importStyle } from './import-style.ts'
import { addMarkedMessages } from './marked-messages.ts'
import { MessageTable } from './message-table.ts'
import { openProgram, type ProgramOptions } from './open-program.ts'
import type { HandlerAnswers } from './handler-answers.ts'
import type { ProgramMemory } from './program-memory.ts'
import { readHandler, type ReadHandler } from './read-handler.ts'
import { readMiddleware } from './read-middleware.ts'
import type { Observations } from './recording-host.ts'
import { relativePath } from './source-paths.ts'

export interface Discovery {
  readonly discovered: Discovered
  /** Everything that was read or looked for: while it stays the same, so does `discovered`. */
  readonly observations: Observations
}

/** What a session keeps of this stage. */
export interface DiscoveryMemory {
  readonly program: ProgramMemory
  readonly answers: HandlerAnswers
}

/**
 * Stage 1: the user's source in, plain data out. What is wrong goes to the bag; what could be read is
 * returned nevertheless. The order of files and the machine make no difference.
 *
 * @param memory  Of a session that was here before; each run has its own when unsaid.
 */
export function discoverHandlers(options: ProgramOptions, bag: DiagnosticBag, memory?: DiscoveryMemory): Discovery {
  const { host, opened } = openProgram(options, bag, memory?.program)
  if (opened === undefined) {
    const discovered: Discovered = { handlers: [], messages: [], shapes: {}, imports: { extension: 'ts' } }
    return { discovered, observations: host.observations() }
  }
  for (const path of opened.unreadable) bag.report('JG0019', { file: relativePath(opened.root, path) }, { span: undefined })
  const broken = checkSyntax(opened, bag)
  const isSound = (file: ts.SourceFile): boolean => !broken.has(file)
  const project = {
    ...opened,
    handlerFiles: opened.handlerFiles.filter(isSound),
    messageFiles: opened.messageFiles.filter(isSound),
    middlewareFiles: opened.middlewareFiles.filter(isSound),
    providerFiles: opened.providerFiles.filter(isSound),
    pluginFiles: opened.pluginFiles.filter(isSound),
  }
  memory?.answers.begin(opened.program, memory.program.before)
  const messages = new MessageTable(opened, bag)
  const foundHandlers = findHandlers(project, bag)
  const read: ReadHandler[] = []
  for (const found of foundHandlers) {
    const readNow = (): ReadHandler | undefined => {
      const handler = readHandler(opened, found, messages, bag)
      const [, ...parameters] = found.signature.getParameters()
      if (handler !== undefined) checkTransactionUse(opened, found.signature, parameters, handler.handler.parameters, bag)
      return handler
    }
    const one = memory === undefined ? readNow() : memory.answers.answer(opened, found, messages, bag, readNow)
    if (one !== undefined) read.push(one)
  }
  addMarkedMessages(project, messages, bag)
  // Only now all messages are known, and a handler of what they extend is one of each.
  const handlers = handlersOfEach(opened, read, messages)
  // Only now all messages are known among which those are that a function takes.
  const middleware = findMiddleware(project, bag).flatMap((found) => readMiddleware(opened, found, messages, bag) ?? [])
  const plugins = findPlugins(project, messages, bag)
  messages.addOlderVersions()
  // An app that only publishes has no handlers, and nothing is wrong with it.
  const isEmpty = opened.handlerFiles.length + opened.unreadable.length === 0 && messages.isEmpty
  if (isEmpty) bag.report('JG1018', { globs: options.handlers.join(', ') }, { span: undefined })
  const providers = findProviders(project, bag)
  const policies = findPolicies(project, foundHandlers, bag)
  const globalPolicy = findGlobalPolicy(project, bag)
  const sends = findSends(opened)
  const discovered: Discovered = {
    handlers,
    messages: messages.list(),
    shapes: messages.shapes(),
    ...(policies.length > 0 && { policies }),
    ...(middleware.length > 0 && { middleware }),
    ...(providers.length > 0 && { providers }),
    ...(globalPolicy && { globalPolicy }),
    ...(plugins.length > 0 && { plugins }),
    ...(sends.length > 0 && { sends }),
    imports: importStyle(opened),
  }
  return { discovered, observations: host.observations() }
}
