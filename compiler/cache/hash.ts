import { hash } from 'node:crypto'

/** Fingerprint of bytes or text, as observations and build records hold it: SHA-256 in hexadecimal. */
export function hashContent(content: Uint8Array | string): string {
  return hash('sha256', content, 'hex')
}
