import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { builtinName } from './type-facts.ts'

/** Where a value is kept for longer than the call that it was given to. */
export interface StoredValue {
  readonly node: ts.Node
  readonly label: string
}

/** What keeps its arguments. A WeakMap is none of them: it keeps nothing alive, and goes by identity. */
const keepers: Readonly<Record<string, readonly string[]>> = { Array: ['push', 'unshift'], Set: ['add'], Map: ['set'] }

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'nextTick'])

/** Where the use of a parameter stores it beyond the call of `callee`; `undefined`: nowhere that can be seen. */
export function storedWhere(project: OpenedProgram, use: ts.Identifier, callee: ts.SignatureDeclaration): StoredValue | undefined {
  const value = valueOf(use)
  const { parent } = value
  if (ts.isBinaryExpression(parent) && parent.right === value && isAssignment(parent) && livesOn(project, parent.left, callee)) {
    return { node: parent, label: 'outlives the call' }
  }
  if (ts.isCallExpression(parent) && parent.arguments.includes(value) && ts.isPropertyAccessExpression(parent.expression)) {
    const { expression: collection, name } = parent.expression
    const mayKeep = Object.keys(keepers).filter((type) => keepers[type]?.includes(name.text))
    const type = mayKeep.length === 0 ? undefined : builtinName(project, project.checker.getTypeAtLocation(collection))
    const keeps = type !== undefined && mayKeep.includes(type)
    if (keeps && livesOn(project, collection, callee)) return { node: parent, label: 'outlives the call' }
  }
  return timerAround(use, callee)
}

/** The value itself, in parentheses or as another type, or in an object that is written for it. */
function valueOf(use: ts.Identifier): ts.Expression {
  let value: ts.Expression = use
  for (let { parent } = value; ; { parent } = value) {
    if (ts.isShorthandPropertyAssignment(parent) && ts.isObjectLiteralExpression(parent.parent)) value = parent.parent
    else if (ts.isPropertyAssignment(parent) && parent.initializer === value) value = parent.parent
    else if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isArrayLiteralExpression(parent)) value = parent
    else return value
  }
}

function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  const { EqualsToken, QuestionQuestionEqualsToken, BarBarEqualsToken } = ts.SyntaxKind
  return kind === EqualsToken || kind === QuestionQuestionEqualsToken || kind === BarBarEqualsToken
}

/** Whether a place is that of a variable outside the function, or a static member. An instance is made for each message. */
function livesOn(project: OpenedProgram, place: ts.Expression, callee: ts.SignatureDeclaration): boolean {
  let root = place
  while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root) || ts.isNonNullExpression(root)) root = root.expression
  if (root.kind === ts.SyntaxKind.ThisKeyword) return isStatic(callee) && thisContainer(root) === callee
  if (!ts.isIdentifier(root)) return false
  const declared = project.checker.getSymbolAtLocation(root)?.declarations ?? []
  return declared.every((declaration) => ts.findAncestor(declaration, (node) => node === callee) === undefined)
}

function thisContainer(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(node, (one) => ts.isFunctionLike(one) && !ts.isArrowFunction(one))
}

function isStatic(callee: ts.SignatureDeclaration): boolean {
  return (ts.getCombinedModifierFlags(callee) & ts.ModifierFlags.Static) !== 0
}

/** A callback that runs later, unless a promise around it is waited for: `await new Promise((done) => setTimeout(…))`. */
function timerAround(use: ts.Identifier, callee: ts.SignatureDeclaration): StoredValue | undefined {
  let found: ts.CallExpression | undefined
  for (let node: ts.Node = use; node !== callee; { parent: node } = node) {
    if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Promise') return undefined
    if (!ts.isFunctionLike(node) || !ts.isCallExpression(node.parent) || node.parent.arguments[0] !== (node as ts.Node)) continue
    const { expression } = node.parent
    const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : ts.isIdentifier(expression) ? expression.text : ''
    if (timers.has(name)) found = node.parent
  }
  return found && { node: found, label: 'runs after the call' }
}
