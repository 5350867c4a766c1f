import type { SourceSpan } from './source-span.ts'

/**
 * Where in a message the compiler is, for diagnostics. There are as many places as members, and
 * nearly all of them are never spoken of, so most of what a place says is worked out when asked for.
 */
export interface ShapePlace {
  /** The named type that is being read. */
  readonly owner: string
  /** From that type to here: `PlaceOrder.lines[].sku`. */
  readonly member: string
  /** The last name in `member`. */
  readonly name: string
  /** From the handler to `owner`: `handle(command)`, `PlaceOrder.lines[]`. */
  readonly chain: readonly string[]
  /** The nearest place in the user's own source. */
  readonly span: SourceSpan | undefined
  /** The type as it is written there, if it is. */
  readonly written?: string | undefined
  /** What is missing in the declaration of `owner` was reported already, type by type. */
  readonly missingReported?: boolean | undefined
}

/** What a member adds to the place of its type. */
export interface EnteredMember {
  readonly name: string
  /** `undefined` where the member is not in the user's own source. */
  readonly span: SourceSpan | undefined
  readonly written: string | undefined
}

/** `handle(command) → PlaceOrder.lines[] → OrderLine.done`; a long way is shortened in the middle. */
export function pathOf(place: ShapePlace): string {
  const steps = [...place.chain, place.member]
  return (steps.length > 8 ? [...steps.slice(0, 4), '…', ...steps.slice(-2)] : steps).join(' → ')
}

/** The place of a named type: the way to it is what the place before was. */
export function enterType(place: ShapePlace, owner: string): ShapePlace {
  const chain = place.member === owner || place.member === '' ? place.chain : [...place.chain, place.member]
  return { owner, member: owner, name: owner, chain, span: place.span }
}

/** The place of a member, which `read` describes when it is asked for. */
export function enterMember(place: ShapePlace, read: () => EnteredMember): ShapePlace {
  return new InnerPlace(place, () => {
    const { name, span, written } = read()
    const isPlain = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)
    const step = isPlain ? `.${name}` : name.startsWith('[') ? name : `[${JSON.stringify(name)}]`
    return { member: place.member + step, name, span: span ?? place.span, written }
  })
}

/** `[]` for an element of an array, `[1]` of a tuple, `{}` for a value of a record. */
export function enterElement(place: ShapePlace, brackets: string): ShapePlace {
  return new InnerPlace(place, () => ({
    member: place.member + brackets,
    name: place.name,
    span: place.span,
    written: undefined,
  }))
}

class InnerPlace implements ShapePlace {
  readonly #outer: ShapePlace
  readonly #read: () => EnteredMember & { readonly member: string }
  #known: (EnteredMember & { readonly member: string }) | undefined

  constructor(outer: ShapePlace, read: () => EnteredMember & { readonly member: string }) {
    this.#outer = outer
    this.#read = read
  }

  get owner(): string {
    return this.#outer.owner
  }

  get chain(): readonly string[] {
    return this.#outer.chain
  }

  get missingReported(): boolean | undefined {
    return this.#outer.missingReported
  }

  get member(): string {
    return this.#all().member
  }

  get name(): string {
    return this.#all().name
  }

  get span(): SourceSpan | undefined {
    return this.#all().span
  }

  get written(): string | undefined {
    return this.#all().written
  }

  #all(): EnteredMember & { readonly member: string } {
    return (this.#known ??= this.#read())
  }
}
