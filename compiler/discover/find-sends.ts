import { ts } from 'ts-morph'
import { hasAllowingComment, isAllowed } from './allowing-comment.ts'
import type { DiscoveredSend } from './discovered.ts'
import type { OpenedProgram } from './open-program.ts'
import { compareText } from './shape-order.ts'
import { spanOfNode } from './source-span-of.ts'
import { isOwnFile, originOfSymbol } from './type-origin.ts'

/** What fails when nobody takes the message; `publish` does not. */
const sending: ReadonlySet<string> = new Set(['send', 'schedule'])
const looksLikeOne = /\.\s*(?:send|schedule)\s*\(/

/** The code of the warning that a comment above a statement, a handler or a message type lets be. */
const goesNowhere = 'JG3011'

/**
 * The messages that the project's own code sends by their names, `context.send('OrderPlaced', …)`, through what belongs to
 * jasper-runtime. A name that is known only when the code runs is not among them, nor is a send that a comment lets be.
 */
export function findSends(project: OpenedProgram): readonly DiscoveredSend[] {
  const found: DiscoveredSend[] = []
  for (const file of project.program.getSourceFiles()) {
    if (file.isDeclarationFile || !looksLikeOne.test(file.text) || !isOwnFile(project, file)) continue
    const visit = (node: ts.Node): void => {
      const name = sentName(project, node)
      if (name !== undefined && !isAllowed(node, goesNowhere)) found.push({ message: name.text, span: spanOfNode(project.root, name) })
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  return found.sort((a, b) => compareText(a.span.file, b.span.file) || a.span.line - b.span.line || a.span.column - b.span.column)
}

/** Whether a comment above the declaration of a handler, or of a message type, lets its messages go nowhere. */
export function mayGoNowhere(declaration: ts.Node): boolean {
  const commented = ts.isClassElement(declaration) ? declaration : ts.findAncestor(declaration, ts.isStatement)
  return commented !== undefined && hasAllowingComment(commented, goesNowhere)
}

function sentName(project: OpenedProgram, node: ts.Node): ts.StringLiteralLike | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  if (!sending.has(node.expression.name.text)) return undefined
  const [name] = node.arguments
  if (name === undefined || !ts.isStringLiteralLike(name)) return undefined
  const symbol = project.checker.getTypeAtLocation(node.expression.expression).getSymbol()
  const origin = symbol && originOfSymbol(project, symbol)?.origin
  return origin?.kind === 'package' && origin.name === 'jasper-runtime' ? name : undefined
}
