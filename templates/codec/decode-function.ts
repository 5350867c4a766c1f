import { block, type Code, indent, isPropertyName, lineWidth, literal, memberOf } from '../code.ts'
import type {
  BodySpec,
  CallSpec,
  ChoiceSpec,
  CodecNames,
  FunctionSpec,
  MapSpec,
  MemberSpec,
  ObjectSpec,
  RecordSpec,
  RuntimeName,
  ScalarSpec,
  TupleSpec,
  UseSpec,
} from './codec-spec.ts'
import { spellChoice } from './spell-choice.ts'
import { elementPath, fits, isPlain, memberPath, spellCheck, spellLiteral, tupleSize } from './spell-value.ts'

/** The function that makes a value of a type from freshly parsed JSON, or throws `JASPER_DECODE`. */
export function decodeFunction(spec: FunctionSpec, names: CodecNames, exported: boolean): Code {
  const parameters = spec.recursive ? 'json: unknown, path: string, depth: number' : 'json: unknown, path: string'
  const type = names.type(spec.type)
  const head = `${exported ? 'export ' : ''}function ${names.decoder(spec.id)}(${parameters}): ${type} {`
  const guard = spec.recursive
    ? `if (depth > ${names.runtime('deepestNesting')}) throw ${names.runtime('decodeFailure')}(path, 'an end to the nesting', json)`
    : undefined
  return block(head, [guard, new DecodeSpelling(spec.id, type, names).body(spec.body)])
}

/** Types that are text on the wire: who reads them, and how they look where several of them may stand. */
const texts = {
  bigint: { reader: 'readBigint', look: '/^-?\\d+$/' },
  url: { reader: 'readUrl', look: '/^[a-z][a-z\\d+.-]*:/i' },
  bytes: { reader: 'readBytes', look: '/^[A-Za-z\\d+/]*={0,2}$/' },
  buffer: { reader: 'readBuffer', look: '/^[A-Za-z\\d+/]*={0,2}$/' },
  date: { reader: 'readDate', look: '/T/' },
} as const satisfies Record<string, { readonly reader: RuntimeName; readonly look: string }>

class DecodeSpelling {
  readonly #id: string
  readonly #type: string
  readonly #names: CodecNames

  constructor(id: string, type: string, names: CodecNames) {
    this.#id = id
    this.#type = type
    this.#names = names
  }

  body(body: BodySpec): Code {
    switch (body.kind) {
      case 'object':
        return this.#object(body)
      case 'array':
        return this.#array(body.element)
      case 'set':
        return this.#set(body.element)
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
          this.#check(body.json, 'json', 'path', body.json.absent),
          `return ${this.#names.runtime('readWithFromJSON')}(${this.#names.type(body.class)}, ${this.#value(body.json, 'json', 'path')}, path)`,
        ]
      case 'value':
        return [this.#check(body.use, 'json', 'path', body.use.absent), `return ${this.#value(body.use, 'json', 'path')}`]
    }
  }

  #object(spec: ObjectSpec): Code {
    const { members, prototype } = spec
    const locals = this.#names.locals(members.map(({ name }) => name))
    const local = ({ name }: MemberSpec): string => locals.get(name) ?? name
    const checks = members.map((member) =>
      this.#check(member.use, local(member), memberPath(member.name), member.optional || member.use.absent),
    )
    const valueOf = (member: MemberSpec): string =>
      this.#value(member.use, local(member), memberPath(member.name), !member.optional && member.use.absent)
    const needsAll = spec.closed || spec.indexes.length > 0
    const taken = [
      takeMembers(members, local, `${this.#names.runtime('readObject')}(json, path)`, this.#names, needsAll),
      spec.closed && spec.indexes.length === 0
        ? `${this.#names.runtime('refuseUnknown')}(object, ${this.#names.memberNames(this.#id)}, path)`
        : undefined,
    ]
    const others = spec.indexes.length === 0 ? undefined : this.#others(spec)
    if (prototype === undefined) {
      const always = members.filter(({ optional }) => !optional).map((member) => literalEntry(member.name, valueOf(member)))
      const later = members.filter(({ optional }) => optional)
      if (later.length === 0 && others === undefined) return [taken, checks, spellObject('return ', always, this.#type === 'any' ? '' : ` as ${this.#type}`)]
      const result = spellObject('const result: any = ', always, '')
      return [taken, checks, result, later.map((member) => this.#assign(member, local(member), valueOf(member))), others, 'return result']
    }
    return [
      taken,
      checks,
      `const result: any = Object.create(${this.#names.type(prototype)}.prototype)`,
      members.map((member) =>
        member.optional ? this.#assign(member, local(member), valueOf(member)) : this.#put(member, valueOf(member)),
      ),
      others,
      'return result',
    ]
  }

  #assign(member: MemberSpec, local: string, value: string): Code {
    return `if (${local} !== undefined) ${this.#put(member, value)}`
  }

  #put({ name }: MemberSpec, value: string): string {
    if (name === '__proto__') return `${this.#names.runtime('setOwnMember')}(result, ${literal(name)}, ${value})`
    return `${memberOf('result', name)} = ${value}`
  }

  /** The members that are not named, each by the first index whose keys it fits. */
  #others({ indexes, closed }: ObjectSpec): Code {
    const path = '`${path}["${key}"]`'
    const steps = indexes.map(({ keys, use }): Code => {
      const taken = [this.#check(use, 'entry', path, false), `result[key] = ${this.#value(use, 'entry', path)}`]
      return keys === undefined ? taken : block(`if (${fits(this.#names)([keys], 'key')}) {`, [taken, 'continue'])
    })
    const isOpen = indexes.some(({ keys }) => keys === undefined)
    return block('for (const key of Object.keys(object)) {', [
      `if (key === '__proto__' || ${this.#names.memberNames(this.#id)}.has(key)) continue`,
      'const entry = object[key]',
      steps,
      closed && !isOpen ? `throw ${this.#names.runtime('unknownMember')}(object, key, path)` : undefined,
    ])
  }

  #array(element: UseSpec): Code {
    return [this.#elements(element), 'return list']
  }

  #set(element: UseSpec): Code {
    return [this.#elements(element), `return ${this.#names.runtime('setOfOnce')}(list, path)`]
  }

  #elements(element: UseSpec): Code {
    const list = `const list = ${this.#names.runtime('readArray')}(json, path)`
    const body = this.#inPlace(element, 'element', 'list[index]', elementPath('index'))
    return body === undefined ? list : [list, block('for (let index = 0; index < list.length; index += 1) {', body)]
  }

  #map({ key, value }: MapSpec): Code {
    const [keyPath, entryPath] = ['`${path}[${index}][0]`', '`${path}[${index}][1]`']
    return [
      `const list = ${this.#names.runtime('readArray')}(json, path)`,
      'const map = new Map<any, any>()',
      block('for (let index = 0; index < list.length; index += 1) {', [
        `const [key, entry] = ${this.#names.runtime('readPair')}(list[index], ${elementPath('index')})`,
        this.#check(key, 'key', keyPath, false),
        this.#check(value, 'entry', entryPath, false),
        `map.set(${this.#value(key, 'key', keyPath)}, ${this.#value(value, 'entry', entryPath)})`,
      ]),
      `if (map.size < list.length) throw ${this.#names.runtime('decodeFailure')}(path, 'a list with each key once', json)`,
      'return map',
    ]
  }

  #record({ value, keys, closed }: RecordSpec): Code {
    const record = `const record = ${this.#names.runtime('readRecord')}(json, path)`
    const body = this.#inPlace(value, 'entry', 'record[key]', '`${path}["${key}"]`')
    if (body === undefined && keys === undefined) return [record, 'return record']
    const misfit =
      keys === undefined
        ? undefined
        : block(
            `if (!${fits(this.#names)([keys], 'key')}) {`,
            closed ? `throw ${this.#names.runtime('unknownMember')}(record, key, path)` : ['delete record[key]', 'continue'],
          )
    return [record, block('for (const key of Object.keys(record)) {', [misfit, body]), 'return record']
  }

  /** Checks one place of a list or record and puts what it becomes back there; nothing where anything fits. */
  #inPlace(use: UseSpec, local: string, place: string, path: string): Code {
    if (use.value.kind === 'json') return undefined
    const check = this.#check(use, local, path, false)
    if (check === undefined && !use.nullable) return `${place} = ${this.#value(use, place, path)}`
    if (!isPlain(use.value)) return [`const ${local} = ${place}`, check, `${place} = ${this.#value(use, local, path)}`]
    return [`const ${local} = ${place}`, check]
  }

  #tuple({ elements, required, rest, last }: TupleSpec): Code {
    const failure = this.#names.runtime('decodeFailure')
    const { wrong, expected } = tupleSize('list.length', required + last.length, rest === undefined ? elements.length : undefined)
    const end = last.length === 0 ? 'list.length' : `list.length - ${last.length}`
    return [
      `const list = ${this.#names.runtime('readArray')}(json, path)`,
      wrong === undefined ? undefined : `if (${wrong}) throw ${failure}(path, '${expected}', json)`,
      elements.map((use, index) => {
        const local = `element${index}`
        const body = this.#inPlace(use, local, `list[${index}]`, elementPath(index))
        return body === undefined || index < required ? body : block(`if (list.length > ${index}) {`, body)
      }),
      rest === undefined
        ? undefined
        : block(
            `for (let index = ${elements.length}; index < ${end}; index += 1) {`,
            this.#inPlace(rest, 'element', 'list[index]', elementPath('index')),
          ),
      last.map((use, index) => {
        const place = `list.length - ${last.length - index}`
        return this.#inPlace(use, `last${index}`, `list[${place}]`, elementPath(place))
      }),
      this.#type === 'any' ? 'return list' : `return list as ${this.#type}`,
    ]
  }

  #choice(choice: ChoiceSpec): Code {
    const lastText = choice.scalars.findLast(({ kind }) => Object.hasOwn(texts, kind))
    return spellChoice(this.#id, choice, this.#names, {
      input: 'json',
      takeList: 'readArray',
      takeObject: 'readObject',
      failure: 'decodeFailure',
      isList: () => 'Array.isArray(json)',
      call: (call, expression, path) => this.#call(call, expression, path),
      scalar: (scalar) => this.#scalar(scalar, scalar === lastText),
    })
  }

  /** @param isLast  No other scalar of the union is text that is read: whatever is wrong with it, its reader says. */
  #scalar(scalar: ScalarSpec, isLast: boolean): Code {
    switch (scalar.kind) {
      case 'string':
      case 'boolean':
        return `if (typeof json === '${scalar.kind}') return json`
      case 'number':
        return 'if (typeof json === \'number\' && Number.isFinite(json)) return json'
      case 'pattern':
        return `if (${fits(this.#names)(scalar.templates, 'json')}) return json`
      case 'literals':
        return `if (${anyOf(scalar.values.map((value) => `json === ${spellLiteral(value)}`))}) return json`
      case 'bigint-literals':
        return `if (${anyOf(scalar.values.map((digits) => `json === '${digits}'`))}) return BigInt(json)`
      case 'bigint':
      case 'url':
      case 'bytes':
      case 'buffer':
      case 'date': {
        const look = isLast ? '' : ` && ${texts[scalar.kind].look}.test(json)`
        return `if (typeof json === 'string'${look}) return ${this.#names.runtime(texts[scalar.kind].reader)}(json, path)`
      }
      default:
        return undefined
    }
  }

  #check(use: UseSpec, expression: string, path: string, absent: boolean): Code {
    return spellCheck({ use, expression, path, direction: 'decode', failure: () => this.#names.runtime('decodeFailure'), template: fits(this.#names), absent })
  }

  /** The value that checked JSON becomes. */
  #value(use: UseSpec, expression: string, path: string, keepUndefined = false): string {
    const value = this.#present(use.value, expression, path)
    if (value === expression) return value
    const orNull = use.nullable ? `${expression} === null ? null : ${value}` : value
    return keepUndefined ? `${expression} === undefined ? undefined : ${orNull}` : orNull
  }

  #present(value: UseSpec['value'], expression: string, path: string): string {
    switch (value.kind) {
      case 'call':
        return this.#call(value, expression, path)
      case 'date':
      case 'url':
      case 'bytes':
      case 'buffer':
      case 'bigint':
        return `${this.#names.runtime(texts[value.kind].reader)}(${expression}, ${path})`
      case 'bigint-literals':
        return `BigInt(${expression})`
      default:
        return expression
    }
  }

  #call({ id }: CallSpec, expression: string, path: string): string {
    const depth = this.#names.depthArgument(this.#id, id)
    return `${this.#names.decoder(id)}(${expression}, ${path}${depth === undefined ? '' : `, ${depth}`})`
  }
}

/**
 * Takes the members out of an object: by one destructuring, but for names that every object inherits.
 *
 * @param needsAll  The object itself is wanted too.
 */
export function takeMembers(
  members: readonly MemberSpec[],
  local: (member: MemberSpec) => string,
  object: string,
  names: CodecNames,
  needsAll = false,
): Code {
  const inherited = members.filter(({ name }) => name in Object.prototype)
  const taken = members.filter((member) => !inherited.includes(member))
  const entries = taken.map((member) => {
    if (member.name === local(member)) return member.name
    return `${isPropertyName(member.name) ? member.name : literal(member.name)}: ${local(member)}`
  })
  if (inherited.length === 0 && !needsAll) return entries.length === 0 ? object : spellPattern(entries, object)
  return [
    `const object = ${object}`,
    entries.length === 0 ? undefined : spellPattern(entries, 'object'),
    inherited.map((member) => `const ${local(member)} = ${names.runtime('ownMember')}(object, ${literal(member.name)})`),
  ]
}

function spellPattern(entries: readonly string[], object: string): Code {
  const line = `const { ${entries.join(', ')} } = ${object}`
  return line.length <= lineWidth - 2 ? line : ['const {', indent(entries.map((entry) => `${entry},`)), `} = ${object}`]
}

function literalEntry(name: string, value: string): string {
  if (name === value) return name
  return `${name === '__proto__' ? "['__proto__']" : isPropertyName(name) ? name : literal(name)}: ${value}`
}

function spellObject(head: string, entries: readonly string[], tail: string): Code {
  if (entries.length === 0) return `${head}{}${tail}`
  const line = `${head}{ ${entries.join(', ')} }${tail}`
  return line.length <= lineWidth - 2 ? line : [`${head}{`, indent(entries.map((entry) => `${entry},`)), `}${tail}`]
}

function anyOf(conditions: readonly string[]): string {
  return conditions.join(' || ')
}
