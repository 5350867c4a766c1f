import { ts } from 'ts-morph'

export interface DeclarationTag {
  readonly name: string
  /** What follows the name, up to the next tag or the end of the line, trimmed. */
  readonly text: string
  /** Where the tag stands in the file. */
  readonly start: number
  readonly length: number
}

/**
 * The tags of the comment that stands directly before a declaration: `/** @version 2 *\/`. Read from
 * the text, because the compiler is told not to parse JSDoc.
 */
export function declarationTags(declaration: ts.Node): readonly DeclarationTag[] {
  const source = declaration.getSourceFile()
  const statement = commentedNode(declaration)
  const comments = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? []
  const doc = comments.findLast(({ pos, kind }) => kind === ts.SyntaxKind.MultiLineCommentTrivia && source.text.startsWith('/**', pos))
  if (doc === undefined) return []
  const text = source.text.slice(doc.pos, doc.end)
  return [...text.matchAll(/(?<=^\/\*\*|\s|\*)@(\w+)([^\r\n]*?)(?=\s+@\w|\s*\*\/|[\r\n])/g)].map((match) => ({
    name: match[1] ?? '',
    text: (match[2] ?? '').trim(),
    start: doc.pos + match.index,
    length: match[0].trimEnd().length,
  }))
}

export function hasTag(declaration: ts.Node, name: string): boolean {
  return declarationTags(declaration).some((tag) => tag.name === name)
}

/** The comment of `export const handle = …` stands before the statement, not before the name. */
function commentedNode(declaration: ts.Node): ts.Node {
  if (!ts.isVariableDeclaration(declaration)) return declaration
  const statement = declaration.parent.parent
  return ts.isVariableStatement(statement) ? statement : declaration
}
