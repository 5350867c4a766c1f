import { globPatterns } from './glob-files.ts'

/** What the config says about single handlers. */
export interface ChoiceSettings {
  /** Functions, classes and methods that are handlers whatever their names: `src/legacy/orders.ts#OrderService.place`. */
  readonly include?: readonly string[]
  /** What is no handler whatever its name: a glob of files, a `#` and a name, or one of them. */
  readonly exclude?: readonly string[]
}

/** An entry of `include`: what it names, and where. */
export interface Inclusion {
  readonly entry: string
  /** Relative to the project's folder. */
  readonly file: string
  readonly export: string
  readonly method: string | undefined
}

interface Exclusion {
  readonly entry: string
  readonly leavesOut: (file: string, name: string) => boolean
}

/** What the config includes and excludes by name. A name is that of an export, or `Class.method`. */
export class HandlerChoice {
  readonly inclusions: readonly Inclusion[]
  readonly #exclusions: readonly Exclusion[]
  readonly #used = new Set<Exclusion>()

  constructor({ include = [], exclude = [] }: ChoiceSettings = {}) {
    this.inclusions = include.map(readInclusion)
    this.#exclusions = exclude.map(readExclusion)
  }

  includes(file: string, name: string): boolean {
    return this.inclusions.some((one) => one.file === file && nameOf(one) === name)
  }

  /** @param files  Where it is exported, and where it is declared. */
  excludes(files: readonly string[], name: string): boolean {
    const found = this.#exclusions.filter(({ leavesOut }) => files.some((file) => leavesOut(file, name)))
    for (const one of found) this.#used.add(one)
    return found.length > 0
  }

  /** Entries of `exclude` that left nothing out. To be asked when all handlers were looked for. */
  unused(): readonly string[] {
    return this.#exclusions.filter((one) => !this.#used.has(one)).map(({ entry }) => entry)
  }
}

function nameOf({ export: name, method }: Inclusion): string {
  return method === undefined ? name : `${name}.${method}`
}

function readInclusion(entry: string): Inclusion {
  const [file = '', name = ''] = entry.split('#')
  const [exported = '', method] = name.split('.')
  return { entry, file, export: exported, method }
}

function readExclusion(entry: string): Exclusion {
  const [glob = '', name] = entry.split('#')
  const files = glob === '' ? undefined : globPatterns(glob)
  const names = name === undefined ? undefined : new RegExp(`^${name.replaceAll('.', String.raw`\.`).replaceAll('$', String.raw`\$`).replaceAll('*', String.raw`[\w$]*`)}$`)
  const leavesOut = (file: string, asked: string): boolean =>
    (files?.some((pattern) => pattern.test(file)) ?? true) && (names?.test(asked) ?? !asked.includes('.'))
  return { entry, leavesOut }
}
