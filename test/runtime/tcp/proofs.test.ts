import { describe, expect, it } from 'vitest'
import { proofOf, provenSecret, transcriptOf } from '../../../runtime/transports/tcp/proofs.ts'

const transcript = transcriptOf([Buffer.from('one'), Buffer.from('two')])

describe('a proof', () => {
  it('shows which secret its side knows', () => {
    expect(provenSecret(['new', 'old'], 'dialler', transcript, proofOf('old', 'dialler', transcript))).toBe('old')
    expect(provenSecret(['new', 'old'], 'dialler', transcript, proofOf('other', 'dialler', transcript))).toBe(undefined)
    expect(provenSecret([], 'dialler', transcript, proofOf('old', 'dialler', transcript))).toBe(undefined)
  })

  it('of one side is worth nothing as that of the other, on another connection, or cut short', () => {
    const mac = proofOf('old', 'dialler', transcript)
    expect(provenSecret(['old'], 'listener', transcript, mac)).toBe(undefined)
    expect(provenSecret(['old'], 'dialler', transcriptOf([Buffer.from('onet'), Buffer.from('wo')]), mac)).toBe(undefined)
    expect(provenSecret(['old'], 'dialler', transcript, mac.subarray(0, 31))).toBe(undefined)
    expect(provenSecret(['old'], 'dialler', transcript, new Uint8Array())).toBe(undefined)
  })
})
