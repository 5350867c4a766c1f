import { JasperError } from '../errors/jasper-error.ts'
import type { ChainFacts } from './policy-function.ts'
import { messageOf } from './read-error.ts'

/**
 * Decides at build which steps a chain has besides its handlers and its middleware. It answers from the facts
 * alone: the steps that it lists, or nothing where it has none for this chain.
 */
export type Plugin = (chain: ChainFacts) => readonly (Step | StepFunction)[] | undefined

/** A function that the file of the plugin exports; its name says when it runs: around, before, load, validate, after, finally. */
export type StepFunction = (...parameters: never[]) => unknown

/** A call of a step function in the generated code. Made by {@link step}. */
export interface Step {
  readonly kind: 'step'
  readonly call: StepFunction
  readonly options: StepOptions
}

export interface StepOptions {
  /** What parameters are given, by their names: a constant, or a variable of the chain. All others are found by type. */
  readonly with?: Readonly<Record<string, StepConstant | ChainVariable>>
  /** What the value that the step makes is called in the chain; what its function's name says when unsaid. */
  readonly makes?: string
}

/** What can be written into generated code as it is. */
export type StepConstant = string | number | boolean | null | readonly StepConstant[] | { readonly [member: string]: StepConstant }

/** A variable of the chain, meant by its name. Made by {@link variable}. */
export class ChainVariable {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A plugin: the default export of a file that the config lists under `plugins`. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}

/** A step with what it is given and what its value is called. A function alone is a step that needs neither. */
export function step(call: StepFunction, options: StepOptions = {}): Step {
  return { kind: 'step', call, options }
}

/**
 * The variable of a chain that has this name: a value of middleware or of another step, what a handler's
 * parameter of this name receives, or `message`, `envelope`, `context`, `log`, `now`, `signal`.
 */
export function variable(name: string): ChainVariable {
  return new ChainVariable(name)
}

/** A step as a build takes it from a plugin. */
export interface AnsweredStep {
  readonly call: StepFunction
  readonly with: Readonly<Record<string, AnsweredArgument>>
  readonly makes: string | undefined
}

export type AnsweredArgument =
  | { readonly kind: 'constant'; readonly value: StepConstant }
  | { readonly kind: 'variable'; readonly name: string }

/** Asks a plugin about a chain. Throws `JASPER_BAD_OPTION` where it throws, or answers with what is no list of steps. */
export function stepsOf(plugin: unknown, facts: ChainFacts): readonly AnsweredStep[] {
  if (typeof plugin !== 'function') throw bad('its default export is no function')
  let answer: unknown
  try {
    answer = (plugin as Plugin)(facts)
  } catch (cause) {
    throw bad(messageOf(cause))
  }
  if (answer === undefined || answer === null) return []
  if (!Array.isArray(answer)) throw bad(`it answers with ${inWords(answer)}, and not with a list of steps`)
  return answer.map((entry: unknown, at) => {
    if (typeof entry === 'function') return { call: entry as StepFunction, with: {}, makes: undefined }
    if (!isStep(entry)) throw bad(`entry ${at + 1} of its answer is ${inWords(entry)}, and no step`)
    const { call, options } = entry
    const given = Object.entries(options.with ?? {}).map(([name, value]) => [name, argumentOf(name, value)] as const)
    return { call, with: Object.fromEntries(given), makes: options.makes }
  })
}

function argumentOf(name: string, value: unknown): AnsweredArgument {
  if (value instanceof ChainVariable) return { kind: 'variable', name: value.name }
  if (isConstant(value)) return { kind: 'constant', value }
  throw bad(`what it gives to the parameter ${name}, ${inWords(value)}, cannot be written into code`)
}

function isConstant(value: unknown): value is StepConstant {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every(isConstant)
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isConstant)
}

function isStep(value: unknown): value is Step {
  if (typeof value !== 'object' || value === null) return false
  const { kind, call, options } = value as Partial<Step>
  return kind === 'step' && typeof call === 'function' && typeof options === 'object'
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Promise) return 'a promise'
  return value === null || typeof value !== 'object' ? String(value) : 'an object'
}

function bad(reason: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', reason)
}
