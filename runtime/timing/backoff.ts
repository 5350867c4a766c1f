/** How long to wait before trying again something that fails for everybody, such as a lost database. */
export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
}

export const storeBackoff: Backoff = { firstMs: 50, longestMs: 5_000 }

/**
 * The delay before try number `failures` + 1: doubled each time up to the longest, then spread over
 * its upper half by `random` (0 to 1), so that many processes do not come back at one instant.
 */
export function backoffMs(failures: number, { firstMs, longestMs }: Backoff, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return full / 2 + (full / 2) * random
}
