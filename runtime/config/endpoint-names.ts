import { JasperError } from '../errors/jasper-error.ts'
import type { Routes } from './routes.ts'

/** No name can be taken for an address, nor an address for a name. */
const form = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/

/** The addresses that the routes give names to, by name. */
export class EndpointNames {
  readonly #addresses = new Map<string, string>()
  readonly #names = new Map<string, string>()

  /** Throws `JASPER_BAD_OPTION` for what is no name, and for one that means two places. */
  constructor({ listen = [], sending = [] }: Partial<Pick<Routes, 'listen' | 'sending'>> = {}, spelt: (address: string) => string = (address) => address) {
    for (const { endpoint, options } of listen) this.#give(options.name, spelt(endpoint))
    for (const { destination, options } of sending) this.#give(options.name, spelt(destination))
  }

  #give(name: string | undefined, address: string): void {
    if (name === undefined) return
    if (typeof name !== 'string' || !form.test(name)) {
      throw bad(`The name of ${address} is ${JSON.stringify(name)}. Use letters, digits, '.', '_', '-', a letter first, at most 100.`)
    }
    const other = this.#addresses.get(name)
    if (other !== undefined && other !== address) throw bad(`${other} and ${address} are both called ${JSON.stringify(name)} in the routes. Give each a name of its own.`)
    const known = this.#names.get(address)
    if (known !== undefined && known !== name) throw bad(`${address} is called ${JSON.stringify(known)} and ${JSON.stringify(name)} in the routes. Keep one name.`)
    this.#addresses.set(name, address)
    this.#names.set(address, name)
  }

  /** The address that a name stands for; an address is itself. Throws `JASPER_UNKNOWN_DESTINATION` for a name that nothing has. */
  addressOf(text: string): string {
    const address = this.#addresses.get(text)
    if (address !== undefined) return address
    if (typeof text !== 'string' || !form.test(text)) return text
    const names = [...this.#addresses.keys()].sort()
    throw new JasperError(
      'JASPER_UNKNOWN_DESTINATION',
      `${JSON.stringify(text)} is neither an address nor the name of an endpoint. ` +
        `${names.length === 0 ? 'The routes give no names' : `The names in the routes are ${names.join(', ')}`}: write listen('local://queue-name', { name: ${JSON.stringify(text)} }), or an address.`,
    )
  }

  /** What the routes call an address, if anything. */
  nameOf(address: string): string | undefined {
    return this.#names.get(address)
  }
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
