import type { Paint } from './terminal.ts'

/**
 * Lines of a table without borders: columns are as wide as their widest line, a cell may have
 * several lines. Where the terminal is too narrow for that, each row is a block of its own, a cell a line.
 *
 * @param rows  Cells as lists of lines, one cell for each head.
 * @param terminalWidth  Characters a line; without end when unsaid.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly (readonly string[])[])[],
  paint: Paint,
  terminalWidth = Number.POSITIVE_INFINITY,
): readonly string[] {
  const widths = heads.map((head, column) => {
    const lines = rows.flatMap((row) => row[column] ?? [])
    return Math.max(head.length, ...lines.map((line) => line.length))
  })
  if (widths.reduce((sum, width) => sum + width + 2, 0) > terminalWidth) return blocks(heads, rows, paint)
  const set = (cells: readonly string[]) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()
  return [
    paint('dim', set(heads)),
    ...rows.flatMap((row) => {
      const height = Math.max(1, ...row.map((cell) => cell.length))
      return Array.from({ length: height }, (_, line) => set(heads.map((_head, column) => row[column]?.[line] ?? '')))
    }),
  ]
}

/** `message  PlaceOrder`, one line below another. A column without a head belongs to the one before it, line by line. */
function blocks(heads: readonly string[], rows: readonly (readonly (readonly string[])[])[], paint: Paint): readonly string[] {
  const wide = Math.max(...heads.map((head) => head.length))
  return rows.flatMap((row, at) => [
    ...(at === 0 ? [] : ['']),
    ...heads.flatMap((head, column) => {
      if (head === '') return []
      const beside = heads[column + 1] === '' ? row[column + 1] : undefined
      return (row[column] ?? []).map((line, index) => {
        const words = beside?.[index] === undefined ? line : `${line}  ${beside[index]}`
        return `  ${paint('dim', (index === 0 ? head : '').padEnd(wide))}  ${words}`
      })
    }),
  ])
}
