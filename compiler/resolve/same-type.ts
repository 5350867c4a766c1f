import { typeKey, type TypeRef } from '../discover/type-ref.ts'

/** Whether two references name one type: the same declaration with the same type arguments. */
export function sameType(a: TypeRef, b: TypeRef): boolean {
  return (
    typeKey(a) === typeKey(b) &&
    a.typeArguments.length === b.typeArguments.length &&
    a.typeArguments.every((argument, index) => {
      const other = b.typeArguments[index]
      return other !== undefined && sameType(argument, other)
    })
  )
}
