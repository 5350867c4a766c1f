import { block, type Code, indent, literal } from '../code.ts'
import type { CallSpec, ChoiceSpec, CodecNames, SelectionSpec } from './codec-spec.ts'
import { elementPath, expectedLiterals, memberPath, spellLiteral } from './spell-value.ts'

/** In what decoding and encoding a union differ. */
export interface ChoiceDirection {
  /** What the function is given. */
  readonly input: 'json' | 'value'
  /** The runtime's names for taking the input as a list or an object, and for a failure. */
  readonly takeList: 'readArray' | 'arrayToWrite'
  readonly takeObject: 'readObject' | 'objectToWrite'
  readonly failure: 'decodeFailure' | 'encodeFailure'
  /** The condition that the input is a list, or what becomes one. */
  isList(form: ChoiceSpec['listForm']): string
  /** `if (...) return ...` for one alternative that is neither list nor object. */
  scalar(scalar: ChoiceSpec['scalars'][number]): Code
  /** The call of an alternative's own function. */
  call(call: CallSpec, expression: string, path: string): string
}

/** A union whose alternatives are told apart by the kind of the input, then by what is in it. */
export function spellChoice(id: string, choice: ChoiceSpec, names: CodecNames, direction: ChoiceDirection): Code {
  const { rebuilt, scalars, list, object, expectation } = choice
  const { input } = direction
  const select = (selection: SelectionSpec, part: 'list' | 'object'): Code => spellSelection(id, selection, part, expectation, names, direction)
  if (rebuilt.length + scalars.length === 0 && list === undefined && object !== undefined) return select(object, 'object')
  return [
    rebuilt.map((one) => {
      const condition = input === 'value' ? `value instanceof ${names.type(one.class)}` : one.kinds?.map(isOfKind).join(' || ')
      return condition === undefined ? undefined : `if (${condition}) return ${direction.call(one.call, input, 'path')}`
    }),
    scalars.map((scalar) => direction.scalar(scalar)),
    list === undefined ? undefined : block(`if (${direction.isList(choice.listForm)}) {`, select(list, 'list')),
    object === undefined
      ? undefined
      : block(`if (typeof ${input} === 'object' && ${input} !== null && !Array.isArray(${input})) {`, select(object, 'object')),
    `throw ${names.runtime(direction.failure)}(path, ${literal(expectation)}, ${input})`,
  ]
}

/** The condition that parsed JSON is of a kind. */
function isOfKind(kind: string): string {
  if (kind === 'null') return 'json === null'
  if (kind === 'list') return 'Array.isArray(json)'
  return kind === 'object' ? "(typeof json === 'object' && json !== null && !Array.isArray(json))" : `typeof json === '${kind}'`
}

/** Which of several lists, or of several objects, the input is. */
function spellSelection(
  id: string,
  selection: SelectionSpec,
  part: 'list' | 'object',
  expectation: string,
  names: CodecNames,
  direction: ChoiceDirection,
): Code {
  const { input, call } = direction
  const failure = names.runtime(direction.failure)
  const take = names.runtime(part === 'list' ? direction.takeList : direction.takeObject)
  const taken = `const ${part} = ${take}(${input}, path)`
  switch (selection.kind) {
    case 'one':
      return `return ${call(selection.call, input, 'path')}`
    case 'discriminant': {
      const { member, cases } = selection
      const place = part === 'list' ? `list[${member}]` : `object[${literal(member)}]`
      const at = part === 'list' ? elementPath(Number(member)) : memberPath(member)
      const expected = expectedLiterals(cases.flatMap(({ values }) => values.map((value) => JSON.stringify(value))))
      return [
        taken,
        block(`switch (${place}) {`, [
          cases.map((one) => [one.values.map((value) => `case ${spellLiteral(value)}:`), indent(`return ${call(one.call, part, 'path')}`)]),
          'default:',
          indent(`throw ${failure}(${at}, ${literal(expected)}, ${place})`),
        ]),
      ]
    }
    case 'members':
      return [
        taken,
        block(`switch (${names.runtime('whichAlternative')}(${part}, ${names.table(id, part)})) {`, [
          selection.alternatives.map((one, index) => [`case ${index}:`, indent(`return ${call(one.call, part, 'path')}`)]),
          'default:',
          indent(`throw ${failure}(path, ${literal(`${expectation}, and only one of them`)}, ${input})`),
        ]),
      ]
  }
}
