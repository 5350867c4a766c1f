import { styleText } from 'node:util'
import type { MeasuredCell } from './cell.ts'
import { ratioTo } from './measure.ts'
import { goalText, isMet, ratioText } from './table.ts'

/** Every goal in one table: what ours is of what it was measured against, and whether that is enough. */
export function summary(cells: readonly MeasuredCell[]): string {
  const rows = cells.flatMap((cell) =>
    Object.keys(cell.readings)
      .filter((name) => name !== cell.ours)
      .map((name) => {
        const goal = cell.goals.find(({ against }) => against === name)
        const ratio = ratioTo(cell, name)
        return [`${cell.group}: ${cell.name}`, name, ratioText(ratio), goal === undefined ? '' : goalText(goal), goal === undefined ? '' : isMet(goal, ratio) ? '✓' : '✗'] as const
      }),
  )
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row, at) => {
    const first = at > 0 && rows[at - 1]![0] === row[0] ? '' : row[0]
    const line = `${first.padEnd(widths[0]!)}  ${row[1].padEnd(widths[1]!)}  ${row[2].padEnd(widths[2]!)}  ${row[3].padEnd(widths[3]!)}  `
    return line + (row[4] === '' ? '' : styleText(row[4] === '✓' ? 'green' : 'yellow', row[4]))
  })
  return [styleText('bold', 'Ours of theirs, median of the rounds (middle half)'), ...lines, ''].join('\n')
}
