import type { ChainFacts } from 'jasper-runtime/config'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { workerData, type MessagePort } from 'node:worker_threads'

/** What the thread is given. */
export interface Question {
  /** Of the project, absolute. */
  readonly folder: string
  /** Of the global policies, relative to it. */
  readonly file: string
  readonly facts: readonly ChainFacts[]
  /** Where the answers go. */
  readonly port: MessagePort
  /** Its first number becomes 1 when they are there. */
  readonly done: SharedArrayBuffer
}

/** What the functions of the file answer about one chain. */
export type Answer = { readonly kind: 'says' | 'silent' } | { readonly kind: 'failed'; readonly reason: string }

const { folder, file, facts, port, done } = workerData as Question
port.postMessage(await answers().catch(reasonOf))
const flag = new Int32Array(done)
Atomics.store(flag, 0, 1)
Atomics.notify(flag, 0)

/** As the app reads them, with the runtime that the project has installed. */
async function answers(): Promise<readonly Answer[]> {
  const runtime = createRequire(join(folder, 'package.json')).resolve('jasper-runtime/config')
  const { globalLayers } = (await import(pathToFileURL(runtime).href)) as typeof import('jasper-runtime/config')
  const { default: policy } = (await import(pathToFileURL(join(folder, file)).href)) as { readonly default: unknown }
  const ofAll = globalLayers(policy, file, undefined).length
  return facts.map((chain): Answer => {
    try {
      return { kind: globalLayers(policy, file, chain).length > ofAll ? 'says' : 'silent' }
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) }
    }
  })
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.split('\n')[0] ?? '').replace(/^JASPER_\w+: /, '').replace(/\.$/, '')
}
