import { join } from 'node:path'
import type { Project } from '../config/project.ts'
import { readIfThere } from '../emit/compare-output.ts'
import { manifestName } from '../emit/generated-header.ts'

/** What is promised to messages that are stored or on their way. */
export interface Promises {
  /** Messages, by wire name, whose change may leave stored ones unreadable: nobody waits for them any more. */
  readonly accepted: readonly string[]
  /** The text of the manifest that says what they look like; `undefined` where there is none. */
  readonly manifest: string | undefined
}

/** The manifest in the output folder; `undefined` where none can be read: comparing the output says so. */
export function readManifest({ folder, output }: Project): string | undefined {
  try {
    return readIfThere(join(folder, output, manifestName))
  } catch {
    return undefined
  }
}
