import { styleText } from 'node:util'

/** The world around one run of the command line. Tests give their own. */
export interface Terminal {
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What was asked for: summaries, tables, diagnostics, JSON. */
  out(text: string): void
  /** What went wrong with the asking. */
  error(text: string): void
  readonly color: boolean
  /** Shows one line until the next call, and nothing for `''`. Absent where nobody is looking: a file, a program, CI. */
  readonly progress?: ((line: string) => void) | undefined
  /** How many characters a line has; `undefined` where the output goes to a file or a program, and lines are as long as they are. */
  readonly columns?: number | undefined
  /** For commands that go on until somebody ends them: from its call on, Ctrl+C and its like abort it. Without it nothing ends them. */
  readonly stopSignal?: () => AbortSignal
}

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

/** Colours text where the terminal shows colours, and leaves it alone elsewhere. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { env, stdout, stderr } = process
  return {
    cwd: process.cwd(),
    env,
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    color: wantsColor(env, stdout.isTTY),
    progress: showsProgress(env, stderr.isTTY) ? (line) => void stderr.write(`\r\u001B[2K${line}`) : undefined,
    columns: stdout.isTTY ? stdout.columns : columnsIn(env),
    stopSignal: processSignal,
  }
}

/** `COLUMNS` says it for a program that shows our output to somebody. */
function columnsIn(env: Terminal['env']): number | undefined {
  const columns = Number(env['COLUMNS'])
  return Number.isInteger(columns) && columns > 0 ? columns : undefined
}

/** Whoever asks twice means it: the second signal ends the process as if nobody listened. */
function processSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, stop)
  // The reader of a pipe is gone: nobody would ever end us.
  process.stdout.once('error', stop)
  return controller.signal
}

/** A line that is written over is of use to nobody but who sits before it. */
export function showsProgress(env: Terminal['env'], isTty: boolean): boolean {
  return isTty && !isSet(env['CI']) && env['TERM'] !== 'dumb'
}

/** `NO_COLOR` wins, then `FORCE_COLOR`, then whether anybody is looking. */
function wantsColor(env: Terminal['env'], isTty: boolean): boolean {
  if (isSet(env['NO_COLOR']) || isSet(env['NODE_DISABLE_COLORS'])) return false
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0'
  return isTty && env['TERM'] !== 'dumb'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
