import type { SourceSpan } from '../discover/source-span.ts'

/**
 * Where a member is written in the text of a config file, for the code frame. The text is searched,
 * not parsed: a member that is spread in from elsewhere has no place, and the file's first line
 * stands for it.
 */
export function locateMember(file: string, text: string, member: string): SourceSpan {
  const name = member.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  const pattern = new RegExp(String.raw`(?<![\w$.])(['"]?)${name}\1\s*[:,}]`)
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:\/\/|\*|\/\*)/.test(line)) continue
    const found = pattern.exec(line)
    if (found !== null) return { file, line: index + 1, column: found.index + 1, length: member.length }
  }
  return { file, line: 1, column: 1, length: 1 }
}
