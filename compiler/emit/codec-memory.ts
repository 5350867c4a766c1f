/**
 * The texts of codec modules that a session has spelled, by their path. A text is used again where all that it is spelled from
 * says the same: spelling costs several times as much as comparing.
 */
export class CodecMemory {
  #project = ''
  #texts = new Map<string, Spelled>()
  #next = new Map<string, Spelled>()

  /** @param project  What all modules are spelled from: with another one nothing is used again. */
  begin(project: string): void {
    this.#texts = project === this.#project ? this.#next : new Map<string, Spelled>()
    this.#next = new Map<string, Spelled>()
    this.#project = project
  }

  /** @param of  What this module is spelled from. */
  text(path: string, of: string, spell: () => string): string {
    const known = this.#texts.get(path)
    const text = known?.of === of ? known.text : spell()
    this.#next.set(path, { of, text })
    return text
  }
}

interface Spelled {
  readonly of: string
  readonly text: string
}
