import type { EmittedModule } from './emitted-module.ts'
import { manifestName } from './generated-header.ts'
import { manifestNames } from './manifest-names.ts'

/**
 * Wire names in the manifest of before that the new one no longer has. Messages may be stored or
 * on their way under them.
 *
 * @param before  The text of that manifest, if there was one.
 */
export function goneMessages(before: string | undefined, modules: readonly EmittedModule[]): readonly string[] {
  const after = new Set(manifestNames(modules.find((module) => module.path === manifestName)?.text))
  return manifestNames(before).filter((name) => !after.has(name))
}
