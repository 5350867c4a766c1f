import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { workerData } from 'node:worker_threads'
import { answer, type Answering } from '../policies/ask-thread.ts'

/** What the thread is given. */
export interface RoutesQuestion {
  /** Of the project, absolute. */
  readonly folder: string
  /** Of the routes, relative to it. */
  readonly file: string
}

/** Wire names that rules name, each by itself; `unknown`: there are rules whose messages only the app knows, or none can be read. */
export type RoutedMessages = readonly string[] | 'unknown'

/** What routes may hold that sends no message anywhere of which we ask. */
const aside: ReadonlySet<string> = new Set(['publish', 'listen', 'recur', 'sending', 'customize'])

const question = workerData as RoutesQuestion & Answering
answer(question, await routed(question).catch((): RoutedMessages => 'unknown'))

async function routed({ folder, file }: RoutesQuestion): Promise<RoutedMessages> {
  const module = (await import(pathToFileURL(join(folder, file)).href)) as { readonly default?: Readonly<Record<string, unknown>> }
  const { default: routes } = module
  const rules = routes?.['publish']
  if (!Array.isArray(rules)) return 'unknown'
  // Conventions, and whatever else may come to say where messages go.
  if (Object.entries(routes ?? {}).some(([name, value]) => !aside.has(name) && !isEmpty(value))) return 'unknown'
  const names = rules.map((rule: { readonly message?: unknown }) => rule.message)
  return names.every((name) => typeof name === 'string') ? names : 'unknown'
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}
