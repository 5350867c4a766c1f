import type { ListenerOptions } from '../config/routes.ts'
import { JasperError } from '../errors/jasper-error.ts'
import { schemeOf, type Transports } from './transports.ts'

/** Tells the transport of an endpoint what is to arrive there. Throws where that cannot be: `JASPER_BAD_OPTION`, `JASPER_NOT_SUPPORTED`. */
export function feed(endpoint: string, { from = [] }: ListenerOptions, transports: Transports): void {
  for (const source of typeof from === 'string' ? [from] : from) {
    const scheme = schemeOf(endpoint)
    if (schemeOf(source) !== scheme) {
      throw new JasperError(
        'JASPER_BAD_OPTION',
        `listen(${JSON.stringify(endpoint)}) is from ${JSON.stringify(source)}, and only a transport of one kind can pass messages on between its places. ` +
          'Name a place of the same transport, or publish to both.',
      )
    }
    const transport = transports.of(scheme)
    if (transport?.feed === undefined) {
      throw new JasperError('JASPER_NOT_SUPPORTED', `listen(${JSON.stringify(endpoint)}) says from, and ${scheme} cannot pass messages on from one place to another. Leave it out.`)
    }
    transport.feed(transport.address(source, 'send'), endpoint)
  }
}
