import type { ts } from 'ts-morph'
import type { FoundHandler } from './found-handler.ts'
import type { OpenedProgram } from './open-program.ts'
import { spanOfNode } from './source-span-of.ts'
import type { SourceSpan } from './source-span.ts'
import { nodeText, typeText } from './type-facts.ts'
import { WrittenTypes } from './written-types.ts'

/** Where a handler says what it returns, for names that only the annotation knows and for diagnostics. */
export class ReturnPlace {
  readonly annotation: ts.TypeNode | undefined
  /** The annotation, or the handler's name where it has none. */
  readonly span: SourceSpan
  readonly #project: OpenedProgram
  readonly #handler: FoundHandler
  readonly #written: WrittenTypes

  constructor(project: OpenedProgram, handler: FoundHandler) {
    const declaration: ts.SignatureDeclaration | undefined = handler.signature.getDeclaration()
    this.#project = project
    this.#handler = handler
    this.annotation = declaration?.type
    this.#written = new WrittenTypes(project, this.annotation)
    this.span = this.annotation ? spanOfNode(project.root, this.annotation) : handler.span
  }

  /** All that is returned, as it is written. */
  get text(): string {
    return this.annotation ? nodeText(this.annotation) : typeText(this.#project, this.#handler.signature.getReturnType())
  }

  /** How a part of it is written; `undefined` if it was inferred. */
  nodeOf(type: ts.Type): ts.TypeNode | undefined {
    return this.#written.nodeOf(type)
  }

  textOf(type: ts.Type): string {
    const node = this.nodeOf(type)
    return node ? nodeText(node) : typeText(this.#project, type)
  }

  /** The part that is to blame, where it stands in the handler's own file. */
  spanOf(type: ts.Type): SourceSpan {
    const node = this.nodeOf(type)
    return node?.getSourceFile() === this.#handler.file ? spanOfNode(this.#project.root, node) : this.span
  }
}
