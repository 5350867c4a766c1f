import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export type Side = 'dialler' | 'listener'

/**
 * What both sides have said so far, and the TLS session in which they said it: a proof for one
 * connection is worth nothing on another.
 */
export function transcriptOf(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(part.byteLength)
    hash.update(length).update(part)
  }
  return hash.digest()
}

/** The sides prove with different texts, so that none can hand the other's proof back. */
export function proofOf(secret: string, side: Side, transcript: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`jasper tcp 1 ${side}\0`).update(transcript).digest()
}

/** The secret that `mac` proves knowledge of. Takes as long whichever it is, and when it is none. */
export function provenSecret(secrets: readonly string[], side: Side, transcript: Uint8Array, mac: Uint8Array): string | undefined {
  let proven: string | undefined
  for (const secret of secrets) {
    const expected = proofOf(secret, side, transcript)
    if (mac.byteLength === expected.byteLength && timingSafeEqual(expected, mac)) proven = secret
  }
  return proven
}
