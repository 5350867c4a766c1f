import type { Cell, MeasuredCell } from './cell.ts'
import type { Reading } from './contender.ts'
import { spreadOf, type Spread } from './statistics.ts'

/**
 * Runs the rounds of a cell: A B C, C A B, ... so that what slows the machine for a while slows all of
 * them, and nobody always comes after the same neighbour. One round before the first warms up and is
 * forgotten.
 */
export async function measure(cell: Cell, onRound: (done: number) => void): Promise<MeasuredCell> {
  const readings: Record<string, Reading[]> = Object.fromEntries(cell.contenders.map(({ name }) => [name, []]))
  for (let round = -1; round < cell.rounds; round += 1) {
    const turn = (round + 1) % cell.contenders.length
    for (const contender of [...cell.contenders.slice(turn), ...cell.contenders.slice(0, turn)]) {
      const reading = await contender.run()
      if (round >= 0) readings[contender.name]!.push(reading)
    }
    onRound(round + 1)
  }
  const { group, name, unit, better, ours, goals } = cell
  return { group, name, unit, better, ours, readings, goals }
}

/** How ours compares with `other`, round by round: both had the same machine in the same minute. */
export function ratioTo(cell: MeasuredCell, other: string): Spread {
  const ours = cell.readings[cell.ours] ?? []
  const theirs = cell.readings[other] ?? []
  return spreadOf(ours.map((reading, round) => reading.value / theirs[round]!.value))
}

export function valuesOf(cell: MeasuredCell, name: string): Spread {
  return spreadOf((cell.readings[name] ?? []).map(({ value }) => value))
}
