import { block, type Code } from '../code.ts'

export interface WhateverHappensFrame {
  /** What the ends look at and is made inside: declared outside. */
  readonly declared: readonly { readonly local: string; readonly type: string }[]
  /** What is thrown is called so where an end asks for it. */
  readonly error: string | undefined
  readonly body: Code
  /** Each is called, whatever the others do. */
  readonly ends: readonly Code[]
}

/** Spells whatever-happens. */
export function whateverHappens({ declared, error, body, ends }: WhateverHappensFrame): Code {
  const declarations = [
    ...declared.map(({ local, type }) => `let ${local}: ${type} | undefined`),
    error === undefined ? undefined : `let ${error}: unknown`,
  ]
  const caught = error === undefined ? undefined : ['} catch (thrown) {', { indented: [`${error} = thrown`, 'throw thrown'] }]
  return [declarations, ['try {', { indented: body }, caught, block('} finally {', all(ends))]]
}

function all([first, ...others]: readonly Code[]): Code {
  return others.length === 0 ? first : ['try {', { indented: first }, block('} finally {', all(others))]
}
