import type { DiagnosticPlace } from '../diagnostics/diagnostic-bag.ts'
import { absolutePath } from './source-paths.ts'
import { spanOfText } from './source-span-of.ts'
import type { OpenedProgram } from './open-program.ts'

/**
 * Where an entry of a list is written in the config. The text is searched, not parsed: an entry that is put together
 * has no place, and the first line stands for it.
 */
export function placeInConfig({ root, host, configFile }: OpenedProgram, entry: string): DiagnosticPlace {
  if (configFile === undefined) return { span: undefined }
  const path = absolutePath(root, configFile)
  const text = host.readFile(path)
  if (text === undefined) return { span: undefined }
  const start = text.indexOf(entry)
  return { span: start < 0 ? { file: configFile, line: 1, column: 1, length: 1 } : spanOfText(root, path, text, start, entry.length) }
}
