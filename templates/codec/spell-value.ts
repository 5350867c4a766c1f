import { type Code, indent, isPropertyName, lineWidth, literal, templateText } from '../code.ts'
import type { CodecNames, LiteralSpec, ScalarSpec, TemplateSpec, UseSpec } from './codec-spec.ts'

/** What both directions share: paths, literals, expectations, and the checks of scalars. */

/** The path of a member, as a template literal: `` `${path}.lines` ``. */
export function memberPath(name: string): string {
  return `\`\${path}${templateText(isPropertyName(name) ? `.${name}` : `[${JSON.stringify(name)}]`)}\``
}

/** The path of an element, by the name of a variable or by a number: `` `${path}[${index}]` ``. */
export function elementPath(index: string | number): string {
  return typeof index === 'number' ? `\`\${path}[${index}]\`` : `\`\${path}[\${${index}}]\``
}

/** A literal of the user's type as source text. */
export function spellLiteral(value: LiteralSpec): string {
  return typeof value === 'string' ? literal(value) : String(value)
}

/** What an error says was expected. */
function expectation({ value, nullable }: UseSpec): string {
  return nullable ? `${expectedScalar(value)} or null` : expectedScalar(value)
}

function expectedScalar(value: UseSpec['value']): string {
  switch (value.kind) {
    case 'string':
      return 'a string'
    case 'number':
      return 'a finite number'
    case 'boolean':
      return 'true or false'
    case 'bigint':
      return 'a bigint'
    case 'nothing':
      return 'nothing'
    case 'pattern':
      return expectedTemplates(value.templates)
    case 'literals':
      return expectedLiterals(value.values.map((entry) => JSON.stringify(entry)))
    case 'bigint-literals':
      return expectedLiterals(value.values.map((entry) => `"${entry}"`))
    default:
      return 'a value'
  }
}

/** `text like order-${number}`, as TypeScript writes the type. */
function expectedTemplates(templates: readonly TemplateSpec[]): string {
  const type = (hole: string): string => (/^[A-Z]/.test(hole) ? `${hole}<string>` : hole)
  const spelled = templates.map(({ texts, holes }) => texts.map((text, index) => text + (index < holes.length ? `\${${type(holes[index] ?? '')}}` : '')).join(''))
  return `text like ${spelled.join(' and ')}`
}

export function expectedLiterals(spelled: readonly string[]): string {
  if (spelled.length <= 6) return spelled.join(' or ')
  return `${spelled.slice(0, 4).join(', ')} or another of ${spelled.length} values`
}

/** The condition under which a scalar is wrong; undefined for those whose reader or writer checks. */
function scalarIsWrong({ use, expression, direction, template }: Check): readonly string[] | undefined {
  const scalar = use.value
  switch (scalar.kind) {
    case 'pattern':
      return [`!${template(scalar.templates, expression)}`]
    case 'string':
    case 'boolean':
      return [`typeof ${expression} !== '${scalar.kind}'`]
    case 'number':
      return [`!Number.isFinite(${expression})`]
    case 'bigint':
      return direction === 'encode' ? [`typeof ${expression} !== 'bigint'`] : undefined
    case 'nothing':
      return [`${expression} !== undefined`]
    case 'literals':
      return scalar.values.map((value) => `${expression} !== ${spellLiteral(value)}`)
    case 'bigint-literals':
      return scalar.values.map((digits) => `${expression} !== ${direction === 'encode' ? `${digits}n` : `'${digits}'`}`)
    default:
      return undefined
  }
}

export interface Check {
  readonly use: UseSpec
  readonly expression: string
  /** Source text of the path. */
  readonly path: string
  readonly direction: 'decode' | 'encode'
  /** The local name of `decodeFailure` or `encodeFailure`. */
  readonly failure: () => string
  /** The condition that text fits some templates. */
  readonly template: (templates: readonly TemplateSpec[], expression: string) => string
  /** `undefined` may stand here. */
  readonly absent: boolean
}

/** The statement that refuses a wrong scalar. Nothing where its reader or writer refuses. */
export function spellCheck(check: Check): Code {
  const { use, expression, path, failure, absent } = check
  const wrong = scalarIsWrong(check)
  if (wrong === undefined) return undefined
  const guards = [
    absent && use.value.kind !== 'nothing' ? `${expression} !== undefined` : undefined,
    use.nullable ? `${expression} !== null` : undefined,
  ].filter((guard) => guard !== undefined)
  const conditions = [...guards, ...wrong]
  const refusal = `throw ${failure()}(${path}, ${literal(expectation(use))}, ${expression})`
  const line = `if (${conditions.join(' && ')}) ${refusal}`
  if (line.length <= lineWidth - 4) return line
  const head = `if (${conditions.join(' && ')}) {`
  if (head.length <= lineWidth - 4) return [head, indent(refusal), '}']
  return ['if (', indent(conditions.map((condition, index) => (index === 0 ? condition : `&& ${condition}`))), ') {', indent(refusal), '}']
}

/** Whether a use can be taken as it is once it is checked. */
export function isPlain(scalar: ScalarSpec | { readonly kind: 'call' }): boolean {
  return ['string', 'pattern', 'number', 'boolean', 'literals', 'json', 'nothing'].includes(scalar.kind)
}

/** The condition under which a list has too few or too many elements, and what was expected. */
export function tupleSize(
  length: string,
  required: number,
  longest: number | undefined,
): { readonly wrong: string | undefined; readonly expected: string } {
  const elements = (count: number): string => (count === 1 ? '1 element' : `${count} elements`)
  if (longest === undefined) {
    return { wrong: required === 0 ? undefined : `${length} < ${required}`, expected: `a list of at least ${elements(required)}` }
  }
  if (required === longest) return { wrong: `${length} !== ${required}`, expected: `a list of ${elements(required)}` }
  const few = required === 0 ? '' : `${length} < ${required} || `
  return { wrong: `${few}${length} > ${longest}`, expected: `a list of ${required} to ${elements(longest)}` }
}

/** The condition that text fits templates that the module declares. */
export function fits(names: CodecNames): Check['template'] {
  return (templates, expression) => `${names.runtime('fitsTemplates')}(${expression}, ${names.template(templates)})`
}
