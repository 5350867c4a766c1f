import type { Reading } from './contender.ts'

/** A comparison to be made: several contenders do one task, in turn, round after round. */
export interface Cell {
  readonly group: string
  readonly name: string
  readonly unit: string
  /** Whether more or less of the unit is better. */
  readonly better: 'more' | 'less'
  /** The contender that is ours, compared with each other one. */
  readonly ours: string
  readonly rounds: number
  readonly contenders: readonly CellContender[]
  readonly goals: readonly Goal[]
}

export interface CellContender {
  /** `jasper`, `floor`, or the name of the peer. */
  readonly name: string
  readonly run: () => Promise<Reading>
}

/** What the ratio ours : other should be. */
export type Goal = { readonly against: string; readonly atLeast: number } | { readonly against: string; readonly atMost: number }

/** A cell with the readings of all its rounds. */
export interface MeasuredCell {
  readonly group: string
  readonly name: string
  readonly unit: string
  readonly better: 'more' | 'less'
  readonly ours: string
  /** By contender, in the order of the rounds. */
  readonly readings: Readonly<Record<string, readonly Reading[]>>
  readonly goals: readonly Goal[]
}
