import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { hasTag } from './declaration-tags.ts'
import { messageSymbol } from './message-symbol.ts'
import type { MessageTable } from './message-table.ts'
import type { OpenedProgram } from './open-program.ts'
import { spanOfNode } from './source-span-of.ts'
import { resolved } from './type-import.ts'

/**
 * Adds the types that the message files export under `/** @message *\/`: messages whether or not a
 * handler takes or returns them, so that an app which only publishes has codecs and typed names too.
 */
export function addMarkedMessages(project: OpenedProgram, messages: MessageTable, bag: DiagnosticBag): void {
  for (const file of project.messageFiles) {
    const module = project.checker.getSymbolAtLocation(file)
    if (module === undefined) continue
    for (const exported of project.checker.getExportsOfModule(module)) {
      const symbol = resolved(project, exported)
      const declaration = symbol.declarations?.find(isTypeDeclaration)
      if (declaration === undefined || declaration.getSourceFile() !== file || !hasTag(declaration, 'message')) continue
      const span = spanOfNode(project.root, declaration.name ?? declaration)
      const name = declaration.name?.text ?? exported.name
      const found = declaration.typeParameters
        ? ({ kind: 'refused' } as const)
        : messageSymbol(project, project.checker.getDeclaredTypeOfSymbol(symbol), aliasedType(declaration))
      if (found.kind === 'message') messages.add(found.type, found.symbol, { usedIn: file, span, path: name })
      else bag.report('JG2019', { type: name }, { span, label: 'not a message' })
    }
  }
}

type TypeDeclaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration

function isTypeDeclaration(node: ts.Node): node is TypeDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node)
}

function aliasedType(declaration: TypeDeclaration): ts.TypeNode | undefined {
  return ts.isTypeAliasDeclaration(declaration) ? declaration.type : undefined
}
