import { block, indent, lineWidth, type Code } from '../code.ts'

export interface AroundFrame {
  /** `return await`, `await`, or `const reply = await`. */
  readonly head: string
  /** `run.inTransaction`, `aroundTrace`. */
  readonly callee: string
  /** Before the steps inside, which are its last. */
  readonly arguments: readonly string[]
  /** What it hands to them; `undefined`: nothing that they need. */
  readonly receives: string | undefined
  readonly body: Code
}

/** Spells around. */
export function around({ head, callee, arguments: list, receives, body }: AroundFrame): Code {
  const work = `async (${receives ?? ''}) => {`
  const line = `${head} ${callee}(${[...list, work].join(', ')}`
  if (line.length + 4 <= lineWidth) return block(line, body, '})')
  return [`${head} ${callee}(`, indent(list.map((argument) => `${argument},`), block(work, body, '},')), ')']
}
