import { describe, expect, it } from 'vitest'
import { LivenessJudge, silentWithLockMs, silentWithoutLockMs } from '../../runtime/durability/liveness-judge.ts'
import type { BeatReport, NodeSighting } from '../../runtime/contracts/message-store.ts'

const other = (over: Partial<NodeSighting> = {}): NodeSighting => ({
  id: 'other',
  host: 'elsewhere',
  beat: '1',
  beatAgeMs: 0,
  lockHeld: true,
  ...over,
})
const report = (others: readonly NodeSighting[], unbroken = true): BeatReport => ({
  alive: true,
  others,
  claimable: [],
  parked: [],
  sendable: [],
  nextSendDueInMs: undefined,
  nextDueInMs: undefined,
  pauses: [],
  unbroken,
})

/** Looks every second and says at which look the other was first judged dead. */
function looksUntilDead(
  sighting: (second: number) => NodeSighting,
  unbroken: (second: number) => boolean = () => true,
  most = 40,
): number | undefined {
  const judge = new LivenessJudge('here')
  for (let second = 0; second < most; second++) {
    if (judge.judge(report([sighting(second)], unbroken(second)), second * 1_000).length > 0) return second
  }
  return undefined
}

describe('a node is dead', () => {
  it('when its lock is free and it has been silent for 2.5 s', () => {
    expect(looksUntilDead(() => other({ lockHeld: false }))).toBe(Math.ceil(silentWithoutLockMs / 1_000))
  })

  it('when its lock is held and it has been silent for 15 s', () => {
    expect(looksUntilDead(() => other())).toBe(silentWithLockMs / 1_000)
  })

  it('at once on the same machine, when its lock is free and its beat is old', () => {
    expect(looksUntilDead(() => other({ host: 'here', lockHeld: false, beatAgeMs: 9_000 }))).toBe(0)
  })
})

describe('a node lives', () => {
  it('as long as it beats, whether or not its lock is seen', () => {
    expect(looksUntilDead((second) => other({ beat: String(second), lockHeld: false }))).toBeUndefined()
  })

  it('through a wall clock that jumps: only beats seen by the judge count', () => {
    expect(looksUntilDead((second) => other({ beat: String(second), beatAgeMs: 3_600_000 }))).toBeUndefined()
  })

  it('while the judge itself is cut off again and again', () => {
    expect(looksUntilDead(() => other({ lockHeld: false }), (second) => second % 2 === 0)).toBeUndefined()
  })

  it('when the judge, not the node, was stalled', () => {
    const judge = new LivenessJudge('here')
    judge.judge(report([other({ lockHeld: false })]), 0)
    expect(judge.judge(report([other({ lockHeld: false })]), 60_000)).toEqual([])
  })

  it('on the same machine, right after a restart of the database broke all connections', () => {
    const judge = new LivenessJudge('here')
    judge.judge(report([other({ host: 'here' })]), 0)
    expect(judge.judge(report([other({ host: 'here', lockHeld: false, beatAgeMs: 9_000 })], false), 1_000)).toEqual([])
  })
})
