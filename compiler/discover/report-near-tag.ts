import type { ts } from 'ts-morph'
import { closestWord } from '../config/closest-word.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { handlerTag, ignoreTag, perMessageTag } from './conventions.ts'
import type { DeclarationTag } from './declaration-tags.ts'
import type { OpenedProgram } from './open-program.ts'
import { abstractTag } from './kinship.ts'
import { markerTags } from './message-markers.ts'
import { spanOfText } from './source-span-of.ts'

export const messageTags = ['message', 'version', abstractTag, ...markerTags] as const
export const handlerTags = [ignoreTag, handlerTag] as const
export const providerTags = [ignoreTag, perMessageTag] as const

/** Reports a tag that is not one of ours and is spelled nearly like one: `@mesage`, `@jasperignore`. */
export function reportNearTag(
  project: OpenedProgram,
  source: ts.SourceFile,
  { name, start }: DeclarationTag,
  tags: readonly string[],
  bag: DiagnosticBag,
): void {
  const suggestion = tags.includes(name) ? undefined : closestWord(name, tags)
  if (suggestion === undefined) return
  const span = spanOfText(project.root, source.fileName, source.text, start, name.length + 1)
  bag.report('JG1023', { tag: name, suggestion }, { span, label: `@${suggestion}?` })
}
