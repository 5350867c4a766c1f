import type { BeatReport } from '../contracts/message-store.ts'

/** How often a node beats. */
export const beatEveryMs = 1_200
/** A node whose session lock is free is dead when it has been silent for so long. */
export const silentWithoutLockMs = 2_500
/** A node whose session lock is held, or cannot be judged, is dead when it has been silent for so long. */
export const silentWithLockMs = 15_000

/**
 * Decides from what this node itself has seen which others are dead.
 *
 * Silence is measured on the judge's monotonic clock, over an unbroken connection, from the moment
 * at which the judge last saw a new beat: neither a restart of the database nor a jump of any wall
 * clock kills a node. One short cut: a process of the judge's own machine whose lock is free and
 * whose beat is old by the database's clock has died before the judge looked, as after a restart of
 * the app. It is not taken by a judge whose own connection was broken: then everybody's was.
 */
export class LivenessJudge {
  readonly #host: string
  readonly #seen = new Map<string, { beat: string; since: number }>()
  #lastLook: number | undefined

  constructor(host: string) {
    this.#host = host
  }

  /** The ids of dead nodes. `now` is monotonic, in milliseconds. */
  judge(report: BeatReport, now: number): readonly string[] {
    const first = this.#lastLook === undefined
    // A judge that was stalled or cut off has not watched; it begins anew.
    const watched = !first && report.unbroken && now - this.#lastLook! < 2 * silentWithoutLockMs
    this.#lastLook = now
    const dead: string[] = []
    const present = new Set<string>()
    for (const other of report.others) {
      present.add(other.id)
      if ((first || watched) && !other.lockHeld && other.host === this.#host && other.beatAgeMs > silentWithoutLockMs) {
        dead.push(other.id)
        continue
      }
      const seen = this.#seen.get(other.id)
      if (seen === undefined || !watched || seen.beat !== other.beat) {
        this.#seen.set(other.id, { beat: other.beat, since: now })
        continue
      }
      const silentMs = now - seen.since
      if (silentMs >= silentWithLockMs || (!other.lockHeld && silentMs >= silentWithoutLockMs)) dead.push(other.id)
    }
    for (const id of this.#seen.keys()) if (!present.has(id)) this.#seen.delete(id)
    return dead
  }
}
