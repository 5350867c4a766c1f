import { JasperError } from '../errors/jasper-error.ts'
import type { Envelope } from '../envelope/envelope.ts'
import type { MessageRegistration, OlderVersion } from './chain.ts'

/**
 * The message in an envelope, brought up to the version of this process: decoded as the version that was
 * sent, then passed through the user's upcasts, one version at a time.
 *
 * Throws `JASPER_DECODE` whatever is wrong with the bytes, and when an upcast throws.
 */
export function decodeBody(envelope: Pick<Envelope, 'messageType' | 'messageVersion' | 'body'>, registration: MessageRegistration): unknown {
  let json: unknown
  try {
    json = JSON.parse(text(envelope.body))
  } catch (cause) {
    throw new JasperError('JASPER_DECODE', `The body of ${envelope.messageType} is not JSON (${envelope.body.byteLength} bytes).`, { cause })
  }
  return decodeVersion(json, envelope.messageVersion, registration)
}

function decodeVersion(json: unknown, sent: number, { name, version, codec, older = [] }: MessageRegistration): unknown {
  if (sent === version) return codec.decode(json)
  let step = older.find((one) => one.version === sent)
  let message: unknown = step?.codec.decode(json)
  for (let reached = sent; step !== undefined; step = older.find((one) => one.version === reached)) {
    message = upcast(message, name, step)
    reached = step.to
    if (reached === version) return message
  }
  throw new JasperError('JASPER_DECODE', `Nothing makes ${name} version ${version} of version ${sent}. Generated code was edited by hand: run jasper-gen build.`)
}

function upcast(message: unknown, name: string, { version, to, upcast: make }: OlderVersion): unknown {
  try {
    return make(message)
  } catch (cause) {
    throw new JasperError('JASPER_DECODE', `The upcast of ${name} from version ${version} to ${to} threw.`, { cause })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function text(body: Uint8Array): string {
  return utf8.decode(body)
}
