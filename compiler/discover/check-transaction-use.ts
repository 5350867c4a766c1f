import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { isAllowed } from './allowing-comment.ts'
import type { DiscoveredParameter } from './discovered.ts'
import { storedWhere } from './find-stored-value.ts'
import type { OpenedProgram } from './open-program.ts'
import { spanOfNode } from './source-span-of.ts'
import { builtinName } from './type-facts.ts'

/** Looks at what a function does with those of its parameters that receive a transaction. */
export function checkTransactionUse(
  project: OpenedProgram,
  signature: ts.Signature,
  symbols: readonly ts.Symbol[],
  parameters: readonly DiscoveredParameter[],
  bag: DiagnosticBag,
): void {
  const declaration = signature.getDeclaration() as ts.SignatureDeclaration | undefined
  parameters.forEach(({ type }, index) => {
    const symbol = symbols[index]
    if (declaration && symbol && project.isTransaction(type)) checkUses(project, declaration, symbol, bag)
  })
}

/**
 * Warns where a function lets a promise of its transaction go, and where it keeps the transaction for
 * longer than its call. Only what is wrong as it stands is said: a promise that is returned, awaited,
 * collected or given to somebody is taken care of.
 */
function checkUses(project: OpenedProgram, callee: ts.SignatureDeclaration, parameter: ts.Symbol, bag: DiagnosticBag): void {
  const body = 'body' in callee ? (callee.body as ts.Node | undefined) : undefined
  if (body === undefined) return
  const uses = usesOf(project, body, parameter)
  const warned = new Set<ts.Node>()
  const warn = (code: 'JG1055' | 'JG1056', node: ts.Node, label: string): void => {
    if (warned.has(node) || isAllowed(node, code)) return
    warned.add(node)
    bag.report(code, { parameter: parameter.name }, { span: spanOfNode(project.root, node), label })
  }
  for (const use of uses) {
    const stored = storedWhere(project, use, callee)
    if (stored !== undefined) warn('JG1056', stored.node, stored.label)
    // The compiler is asked last: a type of an expression costs more than all the rest, and few are written in such a way.
    const called = callOf(use)
    const isDropped = called !== undefined && isLetGo(project, called, body)
    const loop = called && forEachAround(project, use, body)
    if (called === undefined || (!isDropped && loop === undefined) || !isThenable(project, called)) continue
    if (isDropped) warn('JG1055', called, 'nobody waits for it')
    if (loop !== undefined) warn('JG1055', loop, 'forEach waits for nothing')
  }
}

function usesOf(project: OpenedProgram, body: ts.Node, symbol: ts.Symbol): readonly ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === symbol.name && symbolOf(project, node) === symbol) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(body)
  return found
}

/** `{ tx }` names the variable and not the member. */
function symbolOf({ checker }: OpenedProgram, node: ts.Identifier): ts.Symbol | undefined {
  return ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
}

/** The whole of `tx.select().from(orders)`, or of `save(tx, order)`. */
function callOf(use: ts.Identifier): ts.Expression | undefined {
  const isArgument = ts.isCallExpression(use.parent) && use.parent.arguments.includes(use)
  let expression: ts.Expression = isArgument ? (use.parent) : use
  for (let { parent } = expression; continues(parent, expression); { parent } = expression) expression = parent
  const isCall = expression !== use && ts.isCallExpression(skipped(expression))
  return isCall ? expression : undefined
}

/** Whether a node goes on with what an expression is: a member of it, a call of it, the same in parentheses. */
function continues(parent: ts.Node, expression: ts.Expression): parent is ts.Expression {
  const goesOn =
    ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent) ||
    ts.isNonNullExpression(parent) || ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent)
  return goesOn && parent.expression === expression
}

function skipped(expression: ts.Expression): ts.Expression {
  return ts.skipPartiallyEmittedExpressions(expression)
}

function isThenable({ checker }: OpenedProgram, expression: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(expression)
  const then = checker.getPropertyOfType(type, 'then')
  return then !== undefined && checker.getTypeOfSymbol(then).getCallSignatures().length > 0
}

/** A statement of its own, behind `void`, or in a variable that is never looked at. */
function isLetGo(project: OpenedProgram, promise: ts.Expression, body: ts.Node): boolean {
  const { parent } = promise
  if (isInNewPromise(promise, body)) return false
  if (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent)) return true
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== promise || !ts.isIdentifier(parent.name)) return false
  const variable = project.checker.getSymbolAtLocation(parent.name)
  return variable !== undefined && usesOf(project, body, variable).length === 1
}

/** A promise that is made by hand is settled by what happens inside; whoever waits for it waits for that. */
function isInNewPromise(node: ts.Node, body: ts.Node): boolean {
  const made = ts.findAncestor(node, (one) => {
    if (one === body) return 'quit'
    return ts.isNewExpression(one) && ts.isIdentifier(one.expression) && one.expression.text === 'Promise'
  })
  return made !== undefined
}

/** The call of `forEach` whose async callback a use stands in: what the callback returns is dropped. */
function forEachAround(project: OpenedProgram, use: ts.Node, body: ts.Node): ts.CallExpression | undefined {
  for (let node = use.parent; node !== body && node !== undefined; { parent: node } = node) {
    if (!(ts.isArrowFunction(node) || ts.isFunctionExpression(node)) || !isAsync(node)) continue
    const call = node.parent
    if (!ts.isCallExpression(call) || call.arguments[0] !== node || !ts.isPropertyAccessExpression(call.expression)) continue
    const { name, expression } = call.expression
    if (name.text === 'forEach' && isCollection(project, expression)) return call
  }
  return undefined
}

function isAsync(node: ts.ArrowFunction | ts.FunctionExpression): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true
}

function isCollection(project: OpenedProgram, expression: ts.Expression): boolean {
  const name = builtinName(project, project.checker.getTypeAtLocation(expression))
  return name !== undefined && ['Array', 'ReadonlyArray', 'Set', 'ReadonlySet', 'Map', 'ReadonlyMap'].includes(name)
}
