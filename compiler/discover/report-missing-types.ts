import { ts } from 'ts-morph'
import { enterMember, pathOf, type ShapePlace } from './shape-place.ts'
import type { ShapeReader } from './shape-reader.ts'
import { spanOfNode } from './source-span-of.ts'
import { isErrorType, nodeText } from './type-facts.ts'
import { resolved } from './type-import.ts'
import { isOwnFile } from './type-origin.ts'

/** What the search needs of a reader. */
type Surroundings = Pick<ShapeReader, 'project' | 'bag'>

/**
 * Reports every type that the declaration of a named type mentions, or that of a type whose members
 * it takes over, and that is not found; true if there was one.
 *
 * The checker alone would hide most of them: a missing base type or a missing argument of `Omit`
 * leaves a type that looks well and lacks members.
 */
export function reportMissingTypes(reader: Surroundings, symbol: ts.Symbol, place: ShapePlace): boolean {
  const search = new MissingTypes(reader)
  search.declarationsOf(symbol)
  for (const node of search.found) {
    const isOwn = isOwnFile(reader.project, node.getSourceFile())
    const span = isOwn ? spanOfNode(reader.project.root, node) : place.span
    const name = memberAround(node)
    const at = name === undefined ? place : enterMember(place, () => ({ name, span, written: undefined }))
    reader.bag.report('JG2005', { member: at.member, type: nodeText(node) }, { span, path: pathOf(at), label: 'not found' })
  }
  return search.found.length > 0
}

class MissingTypes {
  readonly found: ts.Node[] = []
  readonly #reader: Surroundings
  readonly #seen = new Set<ts.Symbol>()

  constructor(reader: Surroundings) {
    this.#reader = reader
  }

  declarationsOf(symbol: ts.Symbol): void {
    if (this.#seen.has(symbol)) return
    this.#seen.add(symbol)
    for (const declaration of symbol.declarations ?? []) {
      if (!this.#reader.project.program.isSourceFileDefaultLibrary(declaration.getSourceFile())) this.#within(declaration)
    }
  }

  #within(parent: ts.Node): void {
    ts.forEachChild(parent, (child) => this.#visit(child))
  }

  #visit(node: ts.Node): void {
    const { checker } = this.#reader.project
    if (isOfNoConsequence(node)) return
    if (ts.isPropertyDeclaration(node)) {
      // The initializer is code; its type counts only where it is written.
      if (node.type && !(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static)) this.#visit(node.type)
    } else if (ts.isHeritageClause(node)) {
      if (node.token === ts.SyntaxKind.ExtendsKeyword) node.types.forEach((one) => this.#visitBase(one))
    } else if (isReference(node) && isErrorType(checker.getTypeFromTypeNode(node))) {
      this.found.push(node)
    } else {
      if (ts.isIntersectionTypeNode(node)) node.types.forEach((one) => ts.isTypeReferenceNode(one) && this.#takeOver(one.typeName))
      this.#within(node)
    }
  }

  #visitBase(node: ts.ExpressionWithTypeArguments): void {
    const { checker } = this.#reader.project
    if (isErrorType(checker.getTypeAtLocation(node.expression)) || isErrorType(checker.getTypeFromTypeNode(node))) {
      this.found.push(node.expression)
      return
    }
    this.#takeOver(node.expression)
    node.typeArguments?.forEach((argument) => this.#visit(argument))
  }

  #takeOver(name: ts.Node): void {
    const symbol = this.#reader.project.checker.getSymbolAtLocation(name)
    if (symbol) this.declarationsOf(resolved(this.#reader.project, symbol))
  }
}

/** What functions take and return, and the bodies of classes, do not travel. */
function isOfNoConsequence(node: ts.Node): boolean {
  if (ts.isBlock(node) || ts.isDecorator(node)) return true
  return ts.isFunctionLike(node) && !ts.isIndexSignatureDeclaration(node) && !ts.isConstructorDeclaration(node)
}

function isReference(node: ts.Node): node is ts.TypeReferenceNode | ts.ImportTypeNode | ts.TypeQueryNode {
  return ts.isTypeReferenceNode(node) || ts.isImportTypeNode(node) || ts.isTypeQueryNode(node)
}

function memberAround(node: ts.Node): string | undefined {
  for (let current = node.parent; current !== undefined && !ts.isStatement(current); current = current.parent) {
    if ((ts.isPropertySignature(current) || ts.isPropertyDeclaration(current)) && ts.isIdentifier(current.name)) return current.name.text
  }
  return undefined
}
