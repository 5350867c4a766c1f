/** `1 file`, `1,204 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** `41 ms`, `1.2 s`, `3 min`, `5 h`, `12 days`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 48 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000).toLocaleString('en-US')} days`
}

/** `2026-11-24 14:03:22Z`: the same text on every machine, that sorts. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`
}

/** `3 min ago`, `in 2 h`. */
export function relative(at: Date, now: Date): string {
  const ms = now.getTime() - at.getTime()
  return ms >= 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`
}

/** One line of a text of many. */
export function firstLine(text: string): string {
  const [line = '', ...more] = printable(text).trim().split('\n')
  return more.length === 0 ? line : `${line} …`
}

/** Without what a terminal would obey: an error's text may come from anywhere. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD')
}
