import { decodeFailure } from './codec-failure.ts'

/**
 * What generated decoders call on freshly parsed JSON. All throw `JASPER_DECODE` with the path.
 *
 * The `any`s are for generated code, which checks every member that it takes out.
 */

/** The value as an object, to take members from. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each member is checked by the generated code
export function readObject(json: unknown, path: string): Record<string, any> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw decodeFailure(path, 'an object', json)
  return json
}

/** The value as a list, to be changed in place. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each element is checked by the generated code
export function readArray(json: unknown, path: string): any[] {
  if (!Array.isArray(json)) throw decodeFailure(path, 'a list', json)
  return json
}

/** The value as a record, to be changed in place. A member called `__proto__` is dropped. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each value is checked by the generated code
export function readRecord(json: unknown, path: string): Record<string, any> {
  const record = readObject(json, path)
  if (Object.hasOwn(record, '__proto__')) delete record['__proto__']
  return record
}

/** A bigint from its decimal digits. */
export function readBigint(value: unknown, path: string): bigint {
  if (typeof value === 'string' && /^-?\d+$/.test(value)) {
    try {
      return BigInt(value)
    } catch {
      // Larger than the engine can hold.
    }
  }
  throw decodeFailure(path, 'a whole number as text, such as "42"', value)
}

/** An instance of a class by its own `fromJSON`. What that throws becomes the cause. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the parameter's type is the user's; its shape was checked before
export function readWithFromJSON<T>(type: { readonly name: string; fromJSON(json: any): T }, json: unknown, path: string): T {
  try {
    return type.fromJSON(json)
  } catch (error) {
    throw decodeFailure(path, `what ${type.name}.fromJSON accepts`, json, error)
  }
}

/** The member of that name if the object has one of its own; for names that every object inherits. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the member is checked by the generated code
export function ownMember(object: object, name: string): any {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
}

/** Sets a member of its own also where assignment would reach the prototype (`__proto__`). */
export function setOwnMember(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}
