import { formatPatch, structuredPatch } from 'diff'
import type { StaleFile } from '../check-project.ts'
import type { Paint } from './terminal.ts'

/** Lines of one file's difference, and of all together. What is left out is counted. */
const fileLimit = 60
const totalLimit = 300

/**
 * What a build would change in the files that exist: `-` is what stands there, `+` what belongs
 * there. Capped, because a thousand lines of generated code help nobody.
 */
export function printDiffs(files: readonly StaleFile[], place: (file: StaleFile) => string, paint: Paint): readonly string[] {
  const lines: string[] = []
  let left = totalLimit
  let hidden = 0
  for (const file of files) {
    const diff = unifiedDiff(file, place(file))?.trimEnd().split('\n')
    if (diff === undefined) continue
    if (left <= 0) {
      hidden += 1
      continue
    }
    const shown = diff.slice(0, Math.min(fileLimit, left))
    lines.push(...shown.map((line) => colored(line, paint)))
    if (shown.length < diff.length) lines.push(paint('dim', `… ${diff.length - shown.length} more lines`))
    lines.push('')
    left -= shown.length
  }
  if (hidden > 0) lines.push(paint('dim', `… and the differences of ${hidden} more files`), '')
  return lines
}

/** The difference of one file as a patch; `undefined` where one side is missing. */
export function unifiedDiff(file: StaleFile, path: string): string | undefined {
  if (file.found === undefined || file.wanted === undefined) return undefined
  const found = file.found.replaceAll('\r\n', '\n')
  const patch = structuredPatch(path, path, found, file.wanted, 'on disk', 'as generated', { context: 3, timeout: 2_000 })
  if (patch === undefined) return undefined
  return formatPatch(patch).split('\n').filter((line) => !/^(={3,}|Index: )/.test(line)).join('\n')
}

function colored(line: string, paint: Paint): string {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return paint('bold', line)
  if (line.startsWith('@@')) return paint('cyan', line)
  if (line.startsWith('+')) return paint('green', line)
  return line.startsWith('-') ? paint('red', line) : line
}
