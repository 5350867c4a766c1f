import type { Code } from '../code.ts'

/** A member of the run and what it is called here. */
export interface RunMember {
  readonly member: string
  readonly local: string
}

/** Spells read-run, all of a chain in one statement. */
export function readRun(run: string, members: readonly RunMember[]): Code {
  const names = members.map(({ member, local }) => (member === local ? member : `${member}: ${local}`))
  return `const { ${names.join(', ')} } = ${run}`
}
