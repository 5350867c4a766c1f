import { ts } from 'ts-morph'

/** The comment that lets a statement do what it is warned for: `// jasper-allow JG1055`. */
const allowing = /\bjasper-allow ([JG\d, ]+)/

/** Whether a comment above the statement in which a node stands lets it be. */
export function isAllowed(node: ts.Node, code: string): boolean {
  const statement = ts.findAncestor(node, ts.isStatement)
  return statement !== undefined && hasAllowingComment(statement, code)
}

/** Whether a comment directly above a statement, a declaration or a member of a class lets it be. */
export function hasAllowingComment(node: ts.Node, code: string): boolean {
  const { text } = node.getSourceFile()
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
  return comments.some(({ pos, end }) => allowing.exec(text.slice(pos, end))?.[1]?.includes(code) === true)
}
