import type { SqlStatement, SqlValue } from '../../contracts/statement.ts'

/**
 * Builds a statement. A hole that is a statement itself is spelled out in place; any other is a value.
 *
 * ```ts
 * sql`delete from ${tables.nodes} where id = ${id}::uuid`
 * ```
 */
export function sql(text: TemplateStringsArray, ...holes: readonly (SqlValue | SqlStatement)[]): SqlStatement {
  const parts: string[] = [text[0]!]
  const values: SqlValue[] = []
  const append = (more: string): void => {
    parts[parts.length - 1] += more
  }
  holes.forEach((hole, index) => {
    if (isStatement(hole)) {
      append(hole.parts[0]!)
      hole.values.forEach((value, at) => {
        values.push(value)
        parts.push(hole.parts[at + 1]!)
      })
    } else {
      values.push(hole)
      parts.push('')
    }
    append(text[index + 1]!)
  })
  return { parts, values }
}

/** Text that stands in a statement as it is. Never anything that came from outside. */
export function verbatim(text: string): SqlStatement {
  return { parts: [text], values: [] }
}

/** Statements with `separator` between them. */
export function join(statements: readonly SqlStatement[], separator: string): SqlStatement {
  return statements.reduce((all, next) => sql`${all}${verbatim(separator)}${next}`)
}

/** The statement as pg takes it. */
export function toQuery(statement: SqlStatement): { text: string; values: SqlValue[] } {
  let text = statement.parts[0]!
  for (let at = 1; at < statement.parts.length; at++) text += `$${at}${statement.parts[at]!}`
  return { text, values: [...statement.values] }
}

function isStatement(hole: SqlValue | SqlStatement): hole is SqlStatement {
  return typeof hole === 'object' && hole !== null && 'parts' in hole
}
