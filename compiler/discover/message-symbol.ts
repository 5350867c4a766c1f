import { ts } from 'ts-morph'
import { aliasOfNode } from './lower-type.ts'
import type { OpenedProgram } from './open-program.ts'
import { builtinName, declaredType, isErrorType, typeText } from './type-facts.ts'
import { originOfSymbol } from './type-origin.ts'

/** Why a type cannot be a message. */
export type NotAMessage = 'unresolved' | 'open' | 'builtin' | 'union' | 'anonymous' | 'generic'

export type MessageSymbol =
  | { readonly kind: 'message'; readonly symbol: ts.Symbol; readonly type: ts.Type }
  | { readonly kind: 'refused'; readonly reason: NotAMessage }

/**
 * The declaration that names a type as a message: the alias, interface or class.
 *
 * `node` is how the type is written: the name of an instantiation of a generic type,
 * `type OrderPage = Page<Order>`, is known from there alone. `Readonly<T>` is T.
 */
export function messageSymbol(project: OpenedProgram, type: ts.Type, node: ts.TypeNode | undefined): MessageSymbol {
  const early = refuseEarly(project, type)
  if (early !== undefined) return { kind: 'refused', reason: early }

  if (type.aliasSymbol) {
    const isBuiltin = originOfSymbol(project, type.aliasSymbol)?.origin.kind === 'builtin'
    const [argument] = type.aliasTypeArguments ?? []
    if (argument === undefined) return { kind: 'message', symbol: type.aliasSymbol, type }
    if (isBuiltin && type.aliasSymbol.name === 'Readonly') {
      const inner = node && ts.isTypeReferenceNode(node) ? node.typeArguments?.[0] : undefined
      const unwrapped = messageSymbol(project, argument, inner)
      if (unwrapped.kind === 'message') return unwrapped
    }
  } else {
    const declared = declaredType(project, type)
    if (declared?.typeArguments.length === 0) return { kind: 'message', symbol: declared.symbol, type }
  }
  const alias = node && aliasOfNode(project, node)
  if (alias !== undefined) return { kind: 'message', symbol: alias, type }
  const isGeneric = type.aliasSymbol !== undefined || declaredType(project, type) !== undefined
  return { kind: 'refused', reason: isGeneric ? 'generic' : 'anonymous' }
}

function refuseEarly(project: OpenedProgram, type: ts.Type): NotAMessage | undefined {
  const { Any, Unknown, NonPrimitive, TypeParameter, Object: ObjectFlag, Instantiable, EnumLike, Boolean: BooleanFlag } = ts.TypeFlags
  if (isErrorType(type)) return 'unresolved'
  if (type.flags & (Any | Unknown | NonPrimitive | TypeParameter | Instantiable)) return 'open'
  if (type.flags & (EnumLike | BooleanFlag)) return 'builtin'
  if (type.isUnion()) return type.types.every((member) => !(member.flags & ObjectFlag)) ? 'builtin' : 'union'
  if (type.isIntersection()) return type.types.some((member) => !(member.flags & ObjectFlag)) ? 'builtin' : undefined
  if (!(type.flags & ObjectFlag)) return 'builtin'
  const { checker } = project
  const isList = checker.isArrayType(type) || checker.isTupleType(type)
  const isCallable = type.getCallSignatures().length + type.getConstructSignatures().length > 0
  if (isList || isCallable || builtinName(project, type) !== undefined) return 'builtin'
  return typeText(project, type) === '{}' ? 'anonymous' : undefined
}
