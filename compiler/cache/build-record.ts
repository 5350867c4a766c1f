import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Observations } from '../discover/recording-host.ts'

/**
 * What a run of the compiler saw and left, kept so that the next run can tell without compiling
 * that nothing has changed.
 *
 * The argument: the compiler is a function of its own code, the project's settings and the answers
 * that the disk gave it. If all three are the same, it would ask the same questions again and leave
 * the same files.
 */
export interface BuildRecord {
  /** {@link toolIdentity} of the compiler that made it. */
  readonly tool: string
  /** {@link projectFingerprint} of the settings. */
  readonly project: string
  /** Paths relative to the project's folder. The output folder is not among them. */
  readonly observations: Observations
  /** Hash of each file that stood in the output folder afterwards, by its path in that folder. */
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: BuildSummary
  /** Warnings of the run, to be said again. It had no errors, else it would have left no record. */
  readonly warnings: readonly Diagnostic[]
}

export interface BuildSummary {
  readonly messages: number
  readonly chains: number
}

/** Raised whenever the form changes: a record of another form is no record. */
const form = 1

export function printRecord(record: BuildRecord): string {
  return JSON.stringify({ form, ...record })
}

/** The record in a text; `undefined` for anything that is not one, whatever it is. */
export function parseRecord(text: string): BuildRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isRecord(value) ? value : undefined
}

function isRecord(value: unknown): value is BuildRecord {
  if (!isObject(value) || value['form'] !== form) return false
  const { tool, project, observations, outputs, summary, warnings } = value
  return (
    typeof tool === 'string' &&
    typeof project === 'string' &&
    isObject(observations) &&
    isListOf(observations['files'], 'path', 'hash') &&
    isListOf(observations['present'], 'path', 'kind') &&
    isListOf(observations['absent'], 'path', 'kind') &&
    isListOf(observations['directories'], 'path', 'hash') &&
    isListOf(observations['links'], 'path', 'target') &&
    isObject(outputs) &&
    Object.values(outputs).every((hash) => typeof hash === 'string') &&
    isObject(summary) &&
    typeof summary['messages'] === 'number' &&
    typeof summary['chains'] === 'number' &&
    isListOf(warnings, 'code', 'severity', 'message', 'help')
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a list of objects with these texts. */
function isListOf(value: unknown, ...members: readonly string[]): boolean {
  if (!Array.isArray(value)) return false
  return value.every((item) => isObject(item) && members.every((member) => typeof item[member] === 'string'))
}
