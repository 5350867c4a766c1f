import { styleText } from 'node:util'
import type { Goal, MeasuredCell } from './cell.ts'
import { ratioTo, valuesOf } from './measure.ts'
import type { Spread } from './statistics.ts'

/** One cell as lines for a terminal: a bar for each contender, and how ours compares with it. */
export function showCell(cell: MeasuredCell): string {
  const names = Object.keys(cell.readings)
  const values = new Map(names.map((name) => [name, valuesOf(cell, name)]))
  const longest = Math.max(...[...values.values()].map(({ median }) => median))
  const lines = names.map((name) => {
    const value = values.get(name)!
    const bar = '█'.repeat(Math.max(1, Math.round((value.median / longest) * barWidth))).padEnd(barWidth)
    const ours = name === cell.ours
    const shown = `  ${name.padEnd(24)} ${ours ? styleText('cyan', bar) : styleText('gray', bar)} ${number(value.median).padStart(9)}`
    return ours ? shown : `${shown}   ${comparison(cell, name)}`
  })
  return [`${styleText('bold', `${cell.group}: ${cell.name}`)}  ${styleText('dim', `${cell.unit}, ${cell.better} is better`)}`, ...lines].join('\n')
}

const barWidth = 28

function comparison(cell: MeasuredCell, other: string): string {
  const ratio = ratioTo(cell, other)
  const goal = cell.goals.find(({ against }) => against === other)
  const shown = `ours is ${ratioText(ratio)}`
  if (goal === undefined) return styleText('dim', shown)
  const met = isMet(goal, ratio)
  return `${shown}   ${styleText(met ? 'green' : 'yellow', `${met ? '✓' : '✗'} ${goalText(goal)}`)}`
}

export function isMet(goal: Goal, { median }: Spread): boolean {
  return 'atLeast' in goal ? median >= goal.atLeast : median <= goal.atMost
}

export function goalText(goal: Goal): string {
  return 'atLeast' in goal ? `goal at least ${goal.atLeast}` : `goal at most ${goal.atMost}`
}

export function ratioText({ median, low, high }: Spread): string {
  return `${ratio(median)}× (${ratio(low)} to ${ratio(high)})`
}

function ratio(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function number(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3)
}
