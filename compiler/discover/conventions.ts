/** The words with which names of handlers begin, functions and methods alike: those that Jasper and Wolverine know, in lower case. */
export const handlerWords = ['handle', 'handles', 'consume', 'consumes', 'orchestrate', 'orchestrates', 'start', 'starts'] as const

/** What names of handler classes end with. */
export const handlerClassSuffixes = ['Handler', 'Consumer'] as const

/** What a handler file, or as a static member a handler class, calls its failure policy. */
export const policyName = 'policy'

/** Marks a provider whose value is made for each message, although it could be made once. */
export const perMessageTag = 'perMessage'

/** Marks an export or a method that is not a handler whatever its name. */
export const ignoreTag = 'jasperIgnore'

/** Marks an export or a method that is a handler whatever its name. */
export const handlerTag = 'jasperHandler'

/** What the config says about names. */
export interface NameSettings {
  /** Whether a name alone makes a handler. True when unsaid. */
  readonly conventions?: boolean
  /** More words with which names of handlers begin. */
  readonly handlerNames?: readonly string[]
  /** More endings of the names of handler classes. */
  readonly handlerClasses?: readonly string[]
}

/** Which names are those of handlers. */
export class Conventions {
  readonly #isOff: boolean
  /** A whole word in lower camel case: `handle`, `handlePlaceOrder`, `handle_all`; not `handled`. */
  readonly #name: RegExp
  /** What people write when they mean one of those. */
  readonly #nearName: RegExp
  readonly #className: RegExp

  constructor({ conventions = true, handlerNames = [], handlerClasses = [] }: NameSettings = {}) {
    const words = [...handlerWords, ...handlerNames]
    const inEitherCase = [...words, 'handler', 'consumer'].map((word) => `[${word.charAt(0).toUpperCase()}${word.charAt(0)}]${escaped(word.slice(1))}`)
    this.#isOff = !conventions
    this.#name = new RegExp(`^(?:${words.map(escaped).join('|')})(?![a-z])`)
    this.#nearName = new RegExp(`^(${inEitherCase.join('|')})(?![a-z])`)
    this.#className = new RegExp(`(?:${[...handlerClassSuffixes, ...handlerClasses].map(escaped).join('|')})$`)
  }

  /** Whether a function, or a method of a handler class, is a handler by its name. */
  isHandler(name: string): boolean {
    return !this.#isOff && this.#name.test(name)
  }

  /** Whether a method of a class that was chosen is a handler: the conventions need not hold for classes. */
  isMethod(name: string): boolean {
    return this.#name.test(name)
  }

  isHandlerClass(name: string): boolean {
    return !this.#isOff && this.#className.test(name)
  }

  /** The name that was probably meant: `handlePlaceOrder` for `HandlePlaceOrder`; `undefined` if the name is nothing like one. */
  nearHandler(name: string): string | undefined {
    const match = this.#nearName.exec(name)
    if (this.#isOff || match === null || this.isHandler(name)) return undefined
    const word = match[1] ?? ''
    return word.charAt(0).toLowerCase() + word.slice(1).replace(/(?<=e)r$/, '') + name.slice(match[0].length)
  }
}

/** Names may hold `$`, and nothing else that a pattern would read. */
function escaped(word: string): string {
  return word.replaceAll('$', String.raw`\$`)
}
