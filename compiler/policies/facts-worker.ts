import type { AnsweredStep, ChainFacts } from 'jasper-runtime/config'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { workerData } from 'node:worker_threads'
import { answer, type Answering } from './ask-thread.ts'

/** What the thread is asked. */
export interface Question {
  /** Whether the file is one of policies, or of a plugin. */
  readonly about: keyof Answers
  /** Of the project, absolute. */
  readonly folder: string
  /** Relative to it. */
  readonly file: string
  readonly facts: readonly ChainFacts[]
}

export interface Failure {
  readonly kind: 'failed'
  readonly reason: string
}

/** What a file answers about one chain. */
export interface Answers {
  readonly policies: { readonly kind: 'says' | 'silent' } | Failure
  readonly plugin: { readonly kind: 'steps'; readonly steps: readonly NamedStep[] } | Failure
}

/** A step as it can leave the thread. */
export interface NamedStep extends Omit<AnsweredStep, 'call'> {
  /** The name of the function, for people. */
  readonly name: string
  /** As what the file exports it; `undefined`: it does not. */
  readonly export: string | undefined
}

const question = workerData as Question & Answering
const { about, folder, file, facts } = question
answer(question, await answers().catch(reasonOf))

/** As the app reads them, with the runtime that the project has installed. */
async function answers(): Promise<readonly Answers[keyof Answers][]> {
  const path = createRequire(join(folder, 'package.json')).resolve('jasper-runtime/config')
  const runtime = (await import(pathToFileURL(path).href)) as typeof import('jasper-runtime/config')
  const module = (await import(pathToFileURL(join(folder, file)).href)) as Readonly<Record<string, unknown>>
  const { default: said } = module
  const ofAll = about === 'policies' ? runtime.globalLayers(said, file, undefined).length : 0
  return facts.map((chain): Answers[keyof Answers] => {
    try {
      if (about === 'policies') return { kind: runtime.globalLayers(said, file, chain).length > ofAll ? 'says' : 'silent' }
      return { kind: 'steps', steps: runtime.stepsOf(said, chain).map((step) => named(step, module)) }
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) }
    }
  })
}

function named({ call, ...step }: AnsweredStep, module: Readonly<Record<string, unknown>>): NamedStep {
  const exported = Object.keys(module).find((name) => name !== 'default' && module[name] === call)
  return { ...step, name: call.name, export: exported }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.split('\n')[0] ?? '').replace(/^JASPER_\w+: /, '').replace(/\.$/, '')
}
