/** `1 file`, `3 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** `41 ms`, `1.2 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`
}

/** Two lines, for after a mark: what becomes of messages whose name disappeared, and how a renamed type keeps its name. */
export function goneInWords(name: string): string {
  return (
    `${name} is gone: messages stored under that name will be parked, and dead-lettered after 24 h.\n` +
    `  If the type was renamed, keep the name with /** @message ${name} */ above it.`
  )
}
