import type { ts } from 'ts-morph'
import type { SourceSpan } from './source-span.ts'
import { relativePath } from './source-paths.ts'

/** The span of a piece of text; what goes past the end of its line is not marked. */
export function spanOfText(root: string, file: string, text: string, start: number, length: number): SourceSpan {
  const before = text.slice(0, start)
  const lineStart = before.lastIndexOf('\n') + 1
  const lineEnd = /[\r\n]|$/.exec(text.slice(start))?.index ?? 0
  return {
    file: relativePath(root, file),
    line: before.split('\n').length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(length, lineEnd)),
  }
}

/** The span of a node, without the blanks and comments before it. */
export function spanOfNode(root: string, node: ts.Node): SourceSpan {
  const source = node.getSourceFile()
  const start = node.getStart(source, false)
  return spanOfText(root, source.fileName, source.text, start, node.getEnd() - start)
}
