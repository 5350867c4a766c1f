import { block, type Code, indent, lineWidth } from './code.ts'

/** A call as a statement, its arguments one a line where they would make the line too long. */
export function call(head: string, list: readonly string[], tail = ')'): Code {
  const line = `${head}(${list.join(', ')}${tail}`
  // The deepest that frames are indented is four columns.
  return line.length + 4 <= lineWidth ? line : [`${head}(`, indent(list.map((argument) => `${argument},`)), tail]
}

/** A function's head and body, its parameters one a line where they would make the head too long. */
export function functionBlock(head: string, parameters: readonly string[], returns: string, body: Code): Code {
  const line = `${head}(${parameters.join(', ')}): ${returns} {`
  if (line.length <= lineWidth) return block(line, body)
  return [`${head}(`, indent(parameters.map((parameter) => `${parameter},`)), block(`): ${returns} {`, body)]
}
