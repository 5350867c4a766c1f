import { block, type Code, indent, lineWidth, literal } from '../code.ts'
import type {
  BodySpec,
  CallSpec,
  ChoiceSpec,
  CodecNames,
  FunctionSpec,
  LiteralSpec,
  MapSpec,
  MemberSpec,
  ObjectSpec,
  RecordSpec,
  ScalarSpec,
  TupleSpec,
  UseSpec,
} from './codec-spec.ts'
import { takeMembers } from './decode-function.ts'
import { spellChoice } from './spell-choice.ts'
import { elementPath, fits, memberPath, spellCheck, spellLiteral, tupleSize } from './spell-value.ts'

/** The function that makes JSON text from a value of a type, or throws `JASPER_ENCODE`. */
export function encodeFunction(spec: FunctionSpec, names: CodecNames, exported: boolean): Code {
  const parameters = spec.recursive ? 'value: unknown, path: string, depth: number' : 'value: unknown, path: string'
  const head = `${exported ? 'export ' : ''}function ${names.encoder(spec.id)}(${parameters}): string {`
  const guard = spec.recursive
    ? `if (depth > ${names.runtime('deepestNesting')}) throw ${names.runtime('encodeFailure')}(path, 'an end to the nesting', value)`
    : undefined
  return block(head, [guard, new EncodeSpelling(spec.id, names).body(spec.body)])
}

class EncodeSpelling {
  readonly #id: string
  readonly #names: CodecNames

  constructor(id: string, names: CodecNames) {
    this.#id = id
    this.#names = names
  }

  body(body: BodySpec): Code {
    switch (body.kind) {
      case 'object':
        return this.#object(body)
      case 'array':
        return [
          `const list = ${this.#names.runtime('arrayToWrite')}(value, path)`,
          "let text = ''",
          block('for (let index = 0; index < list.length; index += 1) {', [
            'const element = list[index]',
            this.#check(body.element, 'element', elementPath('index'), false),
            `text += (index === 0 ? '' : ',') + ${this.#text(body.element, 'element', elementPath('index'))}`,
          ]),
          "return '[' + text + ']'",
        ]
      case 'set':
        return [
          "let text = ''",
          'let index = 0',
          block(`for (const element of ${this.#names.runtime('setToWrite')}(value, path)) {`, [
            this.#check(body.element, 'element', elementPath('index'), false),
            `text += (index === 0 ? '' : ',') + ${this.#text(body.element, 'element', elementPath('index'))}`,
            'index += 1',
          ]),
          "return '[' + text + ']'",
        ]
      case 'map':
        return this.#map(body)
      case 'tuple':
        return this.#tuple(body)
      case 'record':
        return this.#record(body)
      case 'choice':
        return this.#choice(body.choice)
      case 'rebuild':
        return [
          `const json = ${this.#names.runtime('toJSONOf')}(value, path)`,
          this.#check(body.json, 'json', 'path', false),
          `return ${this.#wholeText(body.json, 'json')}`,
        ]
      case 'value':
        return [this.#check(body.use, 'value', 'path', false), `return ${this.#wholeText(body.use, 'value')}`]
    }
  }

  #object(spec: ObjectSpec): Code {
    const { members } = spec
    const locals = this.#names.locals(members.map(({ name }) => name))
    const local = ({ name }: MemberSpec): string => locals.get(name) ?? name
    const mayLack = (member: MemberSpec): boolean => member.optional || member.use.absent
    const taken = takeMembers(members, local, `${this.#names.runtime('objectToWrite')}(value, path)`, this.#names, spec.indexes.length > 0)
    const checks = members.map((member) => this.#check(member.use, local(member), memberPath(member.name), mayLack(member)))
    const piece = (member: MemberSpec, before: string): string => {
      const text = this.#text(member.use, local(member), memberPath(member.name))
      return joinTexts(before + keyText(member.name), text)
    }
    const always = members.filter((member) => !mayLack(member))
    const later = members.filter((member) => mayLack(member) && member.use.value.kind !== 'nothing')
    const add = [later.map((member) => `if (${local(member)} !== undefined) text += ${piece(member, ',')}`), this.#others(spec)]
    const isFixed = later.length === 0 && spec.indexes.length === 0
    if (always.length === 0) {
      if (isFixed) return [taken, checks, "return '{}'"]
      return [taken, checks, "let text = ''", add, "return '{' + text.slice(1) + '}'"]
    }
    const pieces = always.map((member, index) => piece(member, index === 0 ? '{' : ','))
    if (isFixed) return [taken, checks, spellSum('return ', mergeTexts([...pieces, "'}'"]))]
    return [taken, checks, spellSum('let text = ', mergeTexts(pieces)), add, "return text + '}'"]
  }

  /** The members that are not named; those that fit no index are left out. */
  #others({ indexes }: ObjectSpec): Code {
    if (indexes.length === 0) return undefined
    const path = '`${path}["${key}"]`'
    const steps = indexes.map(({ keys, use }): Code => {
      const written = [
        this.#check(use, 'entry', path, use.absent),
        `${use.absent ? 'if (entry !== undefined) ' : ''}text += ',' + ${this.#names.runtime('writeString')}(key) + ':' + ${this.#text(use, 'entry', path)}`,
      ]
      return keys === undefined ? written : block(`if (${fits(this.#names)([keys], 'key')}) {`, [written, 'continue'])
    })
    return block('for (const key of Object.keys(object)) {', [
      `if (key === '__proto__' || ${this.#names.memberNames(this.#id)}.has(key)) continue`,
      'const entry = object[key]',
      steps,
    ])
  }

  #map({ key, value }: MapSpec): Code {
    const [keyPath, entryPath] = ['`${path}[${index}][0]`', '`${path}[${index}][1]`']
    return [
      "let text = ''",
      'let index = 0',
      block(`for (const [key, entry] of ${this.#names.runtime('mapToWrite')}(value, path)) {`, [
        this.#check(key, 'key', keyPath, false),
        this.#check(value, 'entry', entryPath, false),
        `text += (index === 0 ? '[' : ',[') + ${this.#text(key, 'key', keyPath)} + ',' + ${this.#text(value, 'entry', entryPath)} + ']'`,
        'index += 1',
      ]),
      "return '[' + text + ']'",
    ]
  }

  #tuple({ elements, required, rest, last }: TupleSpec): Code {
    const failure = this.#names.runtime('encodeFailure')
    const open = rest !== undefined
    const longest = elements.length
    const { wrong, expected } = tupleSize('length', required + last.length, open ? undefined : longest)
    const piece = (use: UseSpec, local: string, at: number | string): Code => [
      `const ${local} = list[${at}]`,
      this.#check(use, local, elementPath(at), false),
      `text += ${joinTexts(at === 0 ? '' : ',', this.#text(use, local, elementPath(at)))}`,
    ]
    const comma = longest === 0 ? "if (index > 0) text += ','" : "text += ','"
    return [
      `const list = ${this.#names.runtime('arrayToWrite')}(value, path)`,
      required === longest ? 'const length = list.length' : 'let length = list.length',
      required === longest
        ? undefined
        : `while (length > ${required} && length <= ${longest} && list[length - 1] === undefined) length -= 1`,
      wrong === undefined ? undefined : `if (${wrong}) throw ${failure}(path, '${expected}', value)`,
      "let text = ''",
      elements.map((use, index) => {
        const written = piece(use, `element${index}`, index)
        return index < required ? written : block(`if (length > ${index}) {`, written)
      }),
      open
        ? block(`for (let index = ${longest}; index < length${last.length === 0 ? '' : ` - ${last.length}`}; index += 1) {`, [
            'const element = list[index]',
            this.#check(rest, 'element', elementPath('index'), false),
            comma,
            `text += ${this.#text(rest, 'element', elementPath('index'))}`,
          ])
        : undefined,
      last.map((use, index) => piece(use, `last${index}`, `length - ${last.length - index}`)),
      last.length > 0 && longest === 0 ? "return '[' + (text.startsWith(',') ? text.slice(1) : text) + ']'" : "return '[' + text + ']'",
    ]
  }

  #record({ value: use, keys }: RecordSpec): Code {
    const path = '`${path}["${key}"]`'
    return [
      `const record = ${this.#names.runtime('objectToWrite')}(value, path)`,
      "let text = ''",
      block('for (const key of Object.keys(record)) {', [
        'const entry = record[key]',
        `if (${[
          "key === '__proto__'",
          ...(use.absent ? ['entry === undefined'] : []),
          ...(keys === undefined ? [] : [`!${fits(this.#names)([keys], 'key')}`]),
        ].join(' || ')}) continue`,
        this.#check(use, 'entry', path, false),
        `text += (text === '' ? '' : ',') + ${this.#names.runtime('writeString')}(key) + ':' + ${this.#text(use, 'entry', path)}`,
      ]),
      "return '{' + text + '}'",
    ]
  }

  #choice(choice: ChoiceSpec): Code {
    return spellChoice(this.#id, choice, this.#names, {
      input: 'value',
      takeList: 'arrayToWrite',
      takeObject: 'objectToWrite',
      failure: 'encodeFailure',
      isList: (form) => (form === 'list' ? 'Array.isArray(value)' : `value instanceof ${form === 'set' ? 'Set' : 'Map'}`),
      call: (call, expression, path) => this.#call(call, expression, path),
      scalar: (scalar) => this.#scalar(scalar),
    })
  }

  #scalar(scalar: ScalarSpec): Code {
    switch (scalar.kind) {
      case 'string':
        return `if (typeof value === 'string') return ${this.#names.runtime('writeString')}(value)`
      case 'number':
        return "if (typeof value === 'number' && Number.isFinite(value)) return String(value)"
      case 'boolean':
        return "if (typeof value === 'boolean') return String(value)"
      case 'bigint':
        return "if (typeof value === 'bigint') return '\"' + value + '\"'"
      case 'date':
        return `if (${this.#names.runtime('isDate')}(value)) return ${this.#names.runtime('writeDate')}(value, path)`
      case 'pattern':
        return `if (${fits(this.#names)(scalar.templates, 'value')}) return ${this.#names.runtime('writeString')}(value)`
      case 'url':
        return `if (value instanceof URL) return ${this.#names.runtime('writeUrl')}(value, path)`
      case 'bytes':
      case 'buffer':
        return `if (value instanceof Uint8Array) return ${this.#names.runtime('writeBytes')}(value, path)`
      case 'literals':
        return `if (${scalar.values.map((entry) => `value === ${spellLiteral(entry)}`).join(' || ')}) return JSON.stringify(value)`
      case 'bigint-literals':
        return `if (${scalar.values.map((digits) => `value === ${digits}n`).join(' || ')}) return '"' + value + '"'`
      default:
        return undefined
    }
  }

  #check(use: UseSpec, expression: string, path: string, absent: boolean): Code {
    return spellCheck({ use, expression, path, direction: 'encode', failure: () => this.#names.runtime('encodeFailure'), template: fits(this.#names), absent })
  }

  /** The JSON text of a checked value. */
  #text(use: UseSpec, expression: string, path: string): string {
    const text = this.#present(use.value, expression, path)
    return use.nullable ? `(${expression} === null ? 'null' : ${text})` : text
  }

  /** The same where no text stands before it, so that a number has to be made text. */
  #wholeText(use: UseSpec, expression: string): string {
    const text = this.#text(use, expression, 'path')
    return use.value.kind === 'number' || use.value.kind === 'boolean' ? `String(${text})` : text
  }

  #present(value: UseSpec['value'], expression: string, path: string): string {
    switch (value.kind) {
      case 'string':
      case 'pattern':
        return `${this.#names.runtime('writeString')}(${expression})`
      case 'number':
      case 'boolean':
        return expression
      case 'bigint':
      case 'bigint-literals':
        return `'"' + ${expression} + '"'`
      case 'date':
        return `${this.#names.runtime('writeDate')}(${expression}, ${path})`
      case 'url':
        return `${this.#names.runtime('writeUrl')}(${expression}, ${path})`
      case 'bytes':
      case 'buffer':
        return `${this.#names.runtime('writeBytes')}(${expression}, ${path})`
      case 'json':
        return `${this.#names.runtime('writeJson')}(${expression}, ${path})`
      case 'nothing':
        return "'null'"
      case 'literals':
        return literalsText(value.values, expression)
      case 'call':
        return this.#call(value, expression, path)
    }
  }

  #call({ id }: CallSpec, expression: string, path: string): string {
    const depth = this.#names.depthArgument(this.#id, id)
    return `${this.#names.encoder(id)}(${expression}, ${path}${depth === undefined ? '' : `, ${depth}`})`
  }
}

/** One literal is known beforehand; several are themselves between quotes, unless one needs more care. */
function literalsText(values: readonly LiteralSpec[], expression: string): string {
  const [only] = values
  if (only !== undefined && values.length === 1) return literal(JSON.stringify(only))
  if (values.every((value) => typeof value !== 'string')) return `String(${expression})`
  if (values.every((value) => typeof value === 'string' && JSON.stringify(value) === `"${value}"`)) return `'"' + ${expression} + '"'`
  return `JSON.stringify(${expression})`
}

function keyText(name: string): string {
  return `${JSON.stringify(name)}:`
}

/** A constant text before an expression, as few pieces as possible: `',"a":' + b`, `',"type":"x"'`. */
function joinTexts(constant: string, expression: string): string {
  if (constant === '') return expression
  const start = /^'((?:[^'\\]|\\.)*)'/.exec(expression)
  if (start !== null) return literal(constant).slice(0, -1) + expression.slice(1)
  return `${literal(constant)} + ${expression}`
}

/** The same sum with constant texts that follow one another made one. */
function mergeTexts(pieces: readonly string[]): readonly string[] {
  const merged: string[] = []
  for (const piece of pieces) {
    const before = merged.at(-1)
    const endsInText = before !== undefined && (isText(before) || before.endsWith(` + '"'`))
    if (endsInText && piece.startsWith("'")) merged[merged.length - 1] = before.slice(0, -1) + piece.slice(1)
    else merged.push(piece)
  }
  return merged
}

function isText(expression: string): boolean {
  return /^'(?:[^'\\]|\\.)*'$/.test(expression)
}

function spellSum(head: string, pieces: readonly string[]): Code {
  const line = head + pieces.join(' + ')
  if (line.length <= lineWidth - 2) return line
  const sum = indent(pieces.map((piece, index) => (index === pieces.length - 1 ? piece : `${piece} +`)))
  // A line break after `return` would end the statement.
  return head === 'return ' ? ['return (', sum, ')'] : [head.trimEnd(), sum]
}
