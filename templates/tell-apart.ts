import { call } from './call.ts'
import { block, type Code, literal, memberOf } from './code.ts'

/** One alternative of a union and the expression that is true of it alone. */
export interface ToldAlternative {
  readonly message: string
  readonly test: ToldTest
}

export type ToldTest =
  | { readonly kind: 'class'; readonly class: string }
  | {
      readonly kind: 'literal'
      readonly member: string
      readonly values: readonly (string | number | boolean | null)[]
      /** Whether all alternatives declare the member, so that it may be read without asking. */
      readonly everywhere: boolean
    }
  | { readonly kind: 'member'; readonly member: string }

export interface TellApart {
  readonly function: string
  /** The type of the value: `OrderPlaced | OrderRejected`. */
  readonly type: string
  readonly alternatives: readonly ToldAlternative[]
  /** For the error: `handle in src/orders/place-order.handler.ts`. */
  readonly handler: string
  readonly ambiguousReturn: string
}

/** The function that names the message that a value of a union is. */
export function tellApart(input: TellApart): Code {
  const byClass = input.alternatives.filter(({ test }) => test.kind === 'class')
  const byShape = input.alternatives.filter(({ test }) => test.kind !== 'class')
  const names = input.alternatives.map(({ message }) => literal(message)).join(', ')
  return [
    `/** Which message the value is: ${reason(input.alternatives)}. */`,
    block(`function ${input.function}(value: ${input.type}): string {`, [
      'const names: string[] = []',
      byClass.map(line),
      byShape.length === 0 ? undefined : block("if (typeof value === 'object' && value !== null) {", byShape.map(line)),
      'const [name] = names',
      block('if (name === undefined || names.length > 1) {', call(`throw ${input.ambiguousReturn}`, [literal(input.handler), `[${names}]`])),
      'return name',
    ]),
  ]
}

function line({ message, test }: ToldAlternative): Code {
  return `if (${condition(test, 'value')}) names.push(${literal(message)})`
}

/** The expression that is true of one alternative alone. */
export function condition(test: ToldTest, value: string): string {
  switch (test.kind) {
    case 'class':
      return `${value} instanceof ${test.class}`
    case 'member':
      return `${literal(test.member)} in ${value}`
    case 'literal': {
      const matches = test.values.map((one) => `${memberOf(value, test.member)} === ${constant(one)}`).join(' || ')
      if (test.everywhere) return matches
      return `${literal(test.member)} in ${value} && ${test.values.length > 1 ? `(${matches})` : matches}`
    }
  }
}

function constant(value: string | number | boolean | null): string {
  return typeof value === 'string' ? literal(value) : String(value)
}

function reason(alternatives: readonly ToldAlternative[]): string {
  const kinds = new Set(alternatives.map(({ test }) => (test.kind === 'literal' ? `its \`${test.member}\` says` : test.kind)))
  const [kind] = kinds
  if (kinds.size > 1 || kind === undefined) return 'each has something that the others lack'
  if (kind === 'class') return 'its class says'
  return kind === 'member' ? 'each has a member that the others lack' : kind
}
