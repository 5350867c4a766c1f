import type { ListenRule, MessageFacts, MessageRoutes, Routes } from 'jasper-runtime/config'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'

/** What decides in a running app: of the runtime that the project itself has installed. */
export type RouteReader = Pick<typeof import('jasper-runtime/config'), 'routesOfMessage' | 'listenRules' | 'customizeInWords'>

/** What the routes of a project say of its messages. */
export interface RoutesOfProject {
  /** Of messages that a rule or a convention means; all others go to the queues of their handlers. */
  readonly ofMessages: ReadonlyMap<string, MessageRoutes>
  readonly listen: readonly ListenRule[]
  /** What adds to envelopes, as it stands in the routes. */
  readonly customize: readonly string[]
}

/** Goes through the messages by the rules of the project's own runtime. What cannot be read is missing, and the bag says why. */
export function routesOfProject(
  routes: Routes,
  messages: readonly MessageFacts[],
  reader: RouteReader | undefined,
  { file, bag }: { readonly file: string | undefined; readonly bag: DiagnosticBag },
): RoutesOfProject {
  const ofMessages = new Map<string, MessageRoutes>()
  const none: RoutesOfProject = { ofMessages, listen: routes.listen, customize: [] }
  if (reader === undefined) return none
  try {
    for (const message of messages) {
      const found = reader.routesOfMessage(routes, message)
      if (found.to.length > 0) ofMessages.set(message.name, found)
    }
    const customize = (routes.customize ?? []).map(({ what }) => reader.customizeInWords(what))
    return { ofMessages, listen: reader.listenRules(routes, messages), customize }
  } catch (error) {
    // Functions in the routes are the user's, and a name in them may be that of no endpoint.
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    bag.report('JG0018', { file: file ?? 'the routes', reason }, { span: undefined })
    return none
  }
}
