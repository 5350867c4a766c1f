import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../../contracts/clock.ts'
import { JasperError } from '../../errors/jasper-error.ts'
import { certifiedName, printAddress, type TcpPlace } from './addresses.ts'
import { greet, type Welcome } from './handshake.ts'
import { Link } from './link.ts'
import { ProtocolError } from './protocol-error.ts'
import type { TcpSettings } from './read-options.ts'

export interface DialParts {
  readonly settings: TcpSettings
  readonly place: TcpPlace
  readonly appName: string
  readonly clock: Clock
  /** Dialling is given up. */
  readonly signal: AbortSignal
  readonly onEnd: (reason: string) => void
}

export interface Dialled {
  readonly link: Link
  readonly welcome: Welcome
}

/** A connection to a listener on which both sides know each other. Rejects with `JASPER_TRANSPORT_UNREACHABLE` in every other case. */
export async function dial({ settings, place, appName, clock, signal, onEnd }: DialParts): Promise<Dialled> {
  const at = printAddress(settings.scheme, place)
  const unreachable = (reason: string, cause: unknown): JasperError =>
    new JasperError('JASPER_TRANSPORT_UNREACHABLE', `${at} cannot be reached: ${reason}.`, { cause })
  const { handshakeMs, largestMessage, frameMs } = settings
  let socket: Socket | undefined
  let giveUp: (error: Error) => void = () => undefined
  const late = clock.timer(handshakeMs, () => giveUp(new Error(`it has not answered within ${handshakeMs / 1_000} s`)))
  const aborted = (): void => giveUp(new Error('the sender is closed'))
  signal.addEventListener('abort', aborted)
  try {
    const given = new Promise<never>((_, reject) => (giveUp = reject))
    given.catch(() => undefined)
    if (signal.aborted) aborted()
    return await Promise.race([
      given,
      connected(settings, place, (made) => (socket = made)).then(async (made) => {
        const link = new Link({ socket: made, clock, largestMessage, frameMs, onEnd })
        try {
          return { link, welcome: await greet(link, settings, place.endpoint, appName) }
        } catch (error) {
          link.bye(error instanceof ProtocolError ? error.reason : 'violation', (error as Error).message)
          throw error
        }
      }),
    ])
  } catch (error) {
    socket?.end()
    const { message, reason } = error as Error & { readonly reason?: string }
    if (reason === undefined) socket?.destroy()
    throw unreachable(message === '' ? String((error as { code?: unknown }).code) : message, error)
  } finally {
    late.cancel()
    signal.removeEventListener('abort', aborted)
  }
}

function connected({ tls }: TcpSettings, { host, port }: TcpPlace, made: (socket: Socket) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let socket: Socket
    if (tls === undefined) socket = connectPlain({ host, port, noDelay: true }, () => resolve(socket))
    else {
      const { credentials, servername } = tls
      // An IP address is no server name; the certificate is then checked for the address.
      const name = servername ?? certifiedName(host)
      const options = { ...credentials, host, port, rejectUnauthorized: true, ...(name !== undefined && { servername: name }) }
      socket = connectTls(options, () => resolve(socket))
      socket.setNoDelay(true)
    }
    made(socket)
    socket.once('error', reject)
  })
}
