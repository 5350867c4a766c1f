import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'

/** The world around one run of the command line. Tests give their own. */
export interface Terminal {
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What was asked for. */
  out(text: string | Uint8Array): void
  /** What went wrong, and what is said beside the answer. */
  error(text: string): void
  readonly color: boolean
  /** Characters in a line; `undefined` where nobody looks, and lines may be as long as they are. */
  readonly columns: number | undefined
  /** Asks the person; absent where there is none. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  /** All of standard input. */
  read(): Promise<Uint8Array>
}

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

/** Colours text where the terminal shows colours, and leaves it alone elsewhere. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { env, stdin, stdout, stderr } = process
  return {
    cwd: process.cwd(),
    env,
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    color: wantsColor(env, stdout.isTTY),
    columns: columnsOf(env, stdout),
    ask: stdin.isTTY && stderr.isTTY ? ask : undefined,
    async read() {
      const parts: Uint8Array[] = []
      for await (const part of stdin) parts.push(part as Uint8Array)
      return Buffer.concat(parts)
    },
  }
}

/** On standard error: standard output may be a file. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

/** What the terminal says, else `COLUMNS`; none in a pipe, so that `grep` finds whole words. */
function columnsOf(env: Terminal['env'], { isTTY, columns }: { readonly isTTY: boolean; readonly columns?: number }): number | undefined {
  if (isTTY && columns !== undefined && columns > 0) return columns
  const said = Number(env['COLUMNS'])
  return Number.isInteger(said) && said > 0 ? said : undefined
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
