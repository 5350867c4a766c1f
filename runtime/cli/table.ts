import { printable } from './in-words.ts'
import type { Paint } from './terminal.ts'

export interface Column {
  readonly head: string
  /** Numbers stand at the right. */
  readonly right?: boolean
  /** May be cut off where the terminal is too narrow; others never are. */
  readonly shrinks?: boolean
  readonly paint?: Parameters<Paint>[0]
}

/** A column that shrinks keeps so many characters. */
const leastWidth = 16

/**
 * Lines of a table without borders, as wide as the terminal at the most.
 *
 * Where that is too narrow for columns, each row becomes lines of name and value. Without a width
 * (a pipe) nothing is ever cut off.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
  paint: Paint,
): readonly string[] {
  const cells = rows.map((row) => row.map(printable))
  const widths = columns.map(({ head }, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)))
  const excess = () => 2 * columns.length + widths.reduce((sum, each) => sum + each) - (width ?? Infinity)
  for (const at of columns.keys()) {
    if (excess() <= 0 || columns[at]?.shrinks !== true) continue
    widths[at] = Math.max(Math.min(leastWidth, widths[at]!), widths[at]! - excess())
  }
  if (excess() > 0) return stacked(columns, cells, width!, paint)
  const line = (row: readonly string[], style?: Parameters<Paint>[0]): string => {
    const set = columns.map((column, at) => {
      const text = cut(row[at] ?? '', widths[at]!)
      const padded = column.right === true ? text.padStart(widths[at]!) : text.padEnd(widths[at]!)
      const wanted = style ?? column.paint
      return wanted === undefined ? padded : paint(wanted, padded)
    })
    return `  ${set.join('  ')}`.trimEnd()
  }
  return [line(columns.map(({ head }) => head), 'dim'), ...cells.map((row) => line(row))]
}

function stacked(columns: readonly Column[], rows: readonly (readonly string[])[], width: number, paint: Paint): readonly string[] {
  const names = Math.max(...columns.map(({ head }) => head.length))
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...columns.map(({ head, shrinks, paint: style }, at) => {
      const text = row[at] ?? ''
      const shown = shrinks === true ? cut(text, Math.max(leastWidth, width - names - 4)) : text
      return `  ${paint('dim', head.padEnd(names))}  ${style === undefined ? shown : paint(style, shown)}`.trimEnd()
    }),
  ])
}

/** Pairs of name and value, one a line. */
export function pairs(list: readonly (readonly [string, string])[], paint: Paint): readonly string[] {
  const names = Math.max(...list.map(([name]) => name.length))
  return list.map(([name, value]) => `  ${paint('dim', name.padEnd(names))}  ${printable(value)}`.trimEnd())
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
