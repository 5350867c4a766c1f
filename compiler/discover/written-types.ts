import { ts } from 'ts-morph'
import type { OpenedProgram } from './open-program.ts'
import { iterableNames, wrapperAliases, wrapperName } from './returned-types.ts'
import { resolved } from './type-import.ts'

/** Generic types whose arguments are what is returned. */
const followedNames = new Set(['Promise', 'PromiseLike', 'Array', 'ReadonlyArray', ...iterableNames, ...wrapperAliases, wrapperName])

/**
 * How each part of an annotation is written: looks through promises, unions, arrays, tuples and
 * aliases of those. The compiler's types alone have lost some names.
 */
export class WrittenTypes {
  readonly #project: OpenedProgram
  readonly #nodes: ts.TypeNode[] = []

  constructor(project: OpenedProgram, annotation: ts.TypeNode | undefined) {
    this.#project = project
    if (annotation) this.#collect(annotation, new Set())
  }

  /** The node that is written for a type; `undefined` if the type was inferred. */
  nodeOf(type: ts.Type): ts.TypeNode | undefined {
    return this.#nodes.find((node) => this.#project.checker.getTypeFromTypeNode(node) === type)
  }

  #collect(node: ts.TypeNode, followed: Set<ts.Symbol>): void {
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node) || ts.isOptionalTypeNode(node) || ts.isRestTypeNode(node)) {
      this.#collect(node.type, followed)
    } else if (ts.isUnionTypeNode(node)) {
      for (const member of node.types) this.#collect(member, followed)
    } else if (ts.isArrayTypeNode(node)) {
      this.#collect(node.elementType, followed)
    } else if (ts.isTupleTypeNode(node)) {
      for (const element of node.elements) this.#collect(ts.isNamedTupleMember(element) ? element.type : element, followed)
    } else {
      this.#nodes.push(node)
      if (ts.isTypeReferenceNode(node)) this.#follow(node, followed)
    }
  }

  #follow(node: ts.TypeReferenceNode, followed: Set<ts.Symbol>): void {
    const found = this.#project.checker.getSymbolAtLocation(node.typeName)
    const symbol = found && resolved(this.#project, found)
    if (symbol === undefined) return
    if (followedNames.has(symbol.name)) for (const argument of node.typeArguments ?? []) this.#collect(argument, followed)
    const alias = symbol.declarations?.find((declaration) => ts.isTypeAliasDeclaration(declaration))
    if (alias === undefined || alias.typeParameters || followed.has(symbol)) return
    followed.add(symbol)
    this.#collect(alias.type, followed)
  }
}
