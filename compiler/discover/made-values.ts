import { ts } from 'ts-morph'
import { lowerType } from './lower-type.ts'
import { valueNameOf } from './middleware-names.ts'
import type { MadeValue, MiddlewareReturn } from './middleware.ts'
import type { FoundMiddleware } from './find-middleware.ts'
import type { OpenedProgram } from './open-program.ts'
import { isErrorType, isNothing, membersOf, namedType, typeText } from './type-facts.ts'
import { WrittenTypes } from './written-types.ts'

/** What a function makes for what follows, or why nobody could use it. */
export type ReadValues =
  | { readonly kind: 'read'; readonly returns: MiddlewareReturn }
  | { readonly kind: 'flaw'; readonly reason: string }

/**
 * The values in a return type whose promise is taken off: the elements of a tuple, the members of an object
 * type that is written in place, and of everything else the whole.
 */
export function readMadeValues(
  project: OpenedProgram,
  found: FoundMiddleware,
  type: ts.Type,
  annotation: ts.TypeNode | undefined,
): ReadValues {
  const { checker } = project
  const written = new WrittenTypes(project, annotation)
  const parts = membersOf(type).filter((part) => !isNothing(part))
  const [only] = parts
  if (only === undefined || type.flags & ts.TypeFlags.Never) return { kind: 'read', returns: { kind: 'nothing' } }
  const lower = (part: ts.Type): MadeValue['type'] => lowerType(project, part, written.nodeOf(part), found.file)
  const isSeveral = parts.length === 1 && (isFixedTuple(project, only) || isWrittenInPlace(project, only))
  if (isSeveral && parts.length < membersOf(type).length) {
    return { kind: 'flaw', reason: `${typeText(project, only)} is several values, and there may be none of them` }
  }
  const values: (MadeValue | undefined)[] = []
  if (isSeveral && isFixedTuple(project, only)) {
    const elements = checker.getTypeArguments(only)
    const labels = only.target.labeledElementDeclarations ?? []
    elements.forEach((element, index) => {
      const label = labels[index]?.name
      const name = label !== undefined && ts.isIdentifier(label) ? label.text : nameOfType(project, element)
      values.push(isNothing(element) ? undefined : { name, type: lower(element) })
    })
  } else if (isSeveral) {
    for (const member of checker.getPropertiesOfType(only)) values.push({ name: member.name, type: lower(checker.getTypeOfSymbol(member)) })
  } else {
    const functionName = found.label.split('.').at(-1) ?? ''
    values.push({ name: valueNameOf(functionName, found.role) ?? nameOfType(project, only), type: lower(type) })
  }
  const members = checker.getPropertiesOfType(only).map((one) => checker.getTypeOfSymbol(one))
  const types = !isSeveral ? [type] : isFixedTuple(project, only) ? checker.getTypeArguments(only) : members
  const open = types.find((one) => one.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown))
  if (open !== undefined) {
    const reason = isErrorType(open) ? 'its type is not found' : `nothing can be found by the type ${typeText(project, open)}`
    return { kind: 'flaw', reason }
  }
  const [first] = values
  if (!isSeveral && first !== undefined) return { kind: 'read', returns: { kind: 'value', value: first } }
  if (isFixedTuple(project, only)) return { kind: 'read', returns: { kind: 'elements', values } }
  return { kind: 'read', returns: { kind: 'members', values: values.filter((value) => value !== undefined) } }
}

function isFixedTuple(project: OpenedProgram, type: ts.Type): type is ts.TupleTypeReference {
  if (!project.checker.isTupleType(type)) return false
  return (type as ts.TupleTypeReference).target.elementFlags.every((flag) => flag & ts.ElementFlags.Required)
}

/** `{ order: Order; customer: Customer }`, declared or inferred; nothing that can be called. */
function isWrittenInPlace(project: OpenedProgram, type: ts.Type): boolean {
  if (!(type.flags & ts.TypeFlags.Object) || namedType(project, type) !== undefined || project.checker.isTupleType(type)) return false
  const isCallable = type.getCallSignatures().length + type.getConstructSignatures().length > 0
  return !isCallable && project.checker.getPropertiesOfType(type).length > 0 && type.getStringIndexType() === undefined
}

/** `order` for `Order`, `value` for what has no name. */
function nameOfType(project: OpenedProgram, type: ts.Type): string {
  const [only, another] = membersOf(type).filter((part) => !isNothing(part))
  const name = only === undefined || another !== undefined ? undefined : namedType(project, only)?.symbol.name
  return name === undefined || !/^[A-Za-z]/.test(name) ? 'value' : name.charAt(0).toLowerCase() + name.slice(1)
}
