import { describe, expect, it } from 'vitest'
import type { Duration } from '../../runtime/bus/delivery-options.ts'
import { queue } from '../../runtime/config/handler-policies.ts'
import { toMilliseconds } from '../../runtime/timing/duration.ts'
import { discoverIn, type SourceProject } from './source-project.ts'

function message(declaration: string, type = 'Ping'): SourceProject {
  return discoverIn({ 'src/ping.handler.ts': `${declaration}\nexport function handle(message: ${type}): void { void message }\n` })
}

const taken = (take: (text: string) => unknown) => (text: string): boolean => {
  try {
    take(text)
    return true
  } catch {
    return false
  }
}

const codes = (project: SourceProject) => project.diagnostics.map(({ code }) => code)

describe('tags', () => {
  it.each([
    ['/** @message ping.sent @version 3 */'],
    ['/** @version 3 @message ping.sent */'],
    ['/**\r\n * Says that one is there: write to a@b.example.\r\n * @message ping.sent and no more words\r\n * @version 3\r\n */'],
    ['/** {@link Ping} */\n// a comment between\n/**\n@version 3\n@message ping.sent\n*/'],
  ])('are read from the comment before the type: %j', (comment) => {
    const { discovered, said } = message(`${comment}\nexport interface Ping { id: string }`)
    expect(said).toEqual([])
    expect(discovered.messages).toMatchObject([{ name: 'ping.sent', version: 3 }])
  })

  it.each(['/* @message other @version 3 */', '// @message other', '/** see {@message other} */'])('are nothing in %s', (comment) => {
    expect(message(`${comment}\nexport interface Ping { id: string }`).discovered.messages).toMatchObject([{ name: 'Ping', version: 1 }])
  })

  it.each(['0', '-1', '1.5', 'two', ''])('refuse a version of %j', (version) => {
    expect(codes(message(`/** @version ${version} */\nexport interface Ping { id: string }`))).toEqual(['JG2012'])
  })

  it.each([['mesage', 'message'], ['Version', 'version'], ['messages', 'message'], ['ver', 'version']])(
    'that are spelled @%s are warned of: @%s may be meant',
    (written, meant) => {
      const { diagnostics, discovered } = message(`/** @${written} 2 */\nexport interface Ping { id: string }`)
      expect(diagnostics.map(({ code, span, help }) => [code, span?.column, help])).toEqual([['JG1023', 5, `write @${meant}`]])
      expect(discovered.messages).toMatchObject([{ name: 'Ping', version: 1 }])
    },
  )

  it('are markers, of messages that are only sent too', () => {
    const { discovered, said } = discoverIn({
      'src/ping.handler.ts': `/** @queue pings/eu @deliverWithin 1.5h */
export interface Ping { id: string }
/** @topic pings.answered */
export interface Pong { id: string }
export function handle({ id }: Ping): Pong { return { id } }
`,
    })
    expect(said).toEqual([])
    expect(discovered.messages).toMatchObject([
      { name: 'Ping', queue: 'local://pings/eu', deliverWithin: '1.5h' },
      { name: 'Pong', topic: 'pings.answered' },
    ])
    expect(discovered.messages[1]).not.toHaveProperty('queue')
  })

  const markers = {
    queue: {
      code: 'JG2030',
      take: ['a', 'local://a', 'a.b_c-d/e', '0', 'A', '', '-a', 'rabbitmq://queue/a', 'a'.repeat(200), 'a'.repeat(201)],
      isTaken: taken(queue),
    },
    deliverWithin: {
      code: 'JG2032',
      take: ['1ms', '30s', '1.5h', '7d', '0.5s', '0s', '0.0m', '30', '-1s', '1w', '', 's'],
      // The runtime takes no time as well, and a number without a unit is no text there.
      isTaken: (text: string) => taken(() => toMilliseconds(text as Duration, ''))(text) && !/^[0.]+[a-z]+$/.test(text),
    },
  }
  const cases = Object.entries(markers).flatMap(([tag, { code, take, isTaken }]) =>
    take.map((text) => ({ tag, text, code, isTaken: isTaken(text) })),
  )
  it.each(cases)(
    'say what the runtime takes: @$tag $text',
    ({ tag, text, code, isTaken }) => {
      expect(codes(message(`/** @${tag} ${text} */\nexport interface Ping { id: string }`))).toEqual(isTaken ? [] : [code])
    },
  )

  it.each(['orders.*', '#', 'orders.#', '', '.a', 'a'.repeat(201)])('refuse the topic %j', (topic) => {
    expect(codes(message(`/** @topic ${topic} */\nexport interface Ping { id: string }`))).toEqual(['JG2031'])
  })

  it('that others use are none of ours', () => {
    const tags = ['deprecated', 'see', 'remarks', 'example', 'since', 'module', 'package', 'member', 'extends', 'internal', 'override', 'template']
    expect(codes(message(`/**\n${tags.map((tag) => ` * @${tag} x`).join('\n')}\n */\nexport interface Ping { id: string }`))).toEqual([])
  })
})

describe('a message that may be missing', () => {
  it.each(['handle(ping?: Ping)', 'handle(ping: Ping | undefined)', 'handle(ping: Ping | null = null)'])('is that message: %s', (signature) => {
    const { discovered, said } = discoverIn({
      'src/ping.handler.ts': `export interface Ping { id: string }\nexport function ${signature}: void { void ping }\n`,
    })
    expect(said).toEqual([])
    expect(discovered.handlers.map((handler) => handler.message)).toEqual(['Ping'])
  })
})

describe('names', () => {
  it('need a literal type that is one string and always there', () => {
    expect(message("export interface Ping { type: 'ping.sent' }").discovered.messages[0]?.name).toBe('ping.sent')
    expect(message("export interface Ping { type?: 'ping.sent' }").discovered.messages[0]?.name).toBe('Ping')
    expect(message("export interface Ping { type: 'ping' | 'pong' }").discovered.messages[0]?.name).toBe('Ping')
    expect(message('export interface Ping { type: 1 }').discovered.messages[0]?.name).toBe('Ping')
  })

  it('belong to one type: both places are named, and each name is listed once', () => {
    const project = discoverIn({
      'src/a.handler.ts': 'export interface Ping { a: 1 }\nexport function handle(ping: Ping): void { void ping }\n',
      'src/b.handler.ts': '/** @message Ping */\nexport interface Pong { b: 1 }\nexport function handle(pong: Pong): void { void pong }\n',
    })
    expect(project.diagnostics.map(({ span, notes }) => [span?.file, notes[0]?.span.file])).toEqual([
      ['src/a.handler.ts', 'src/b.handler.ts'],
      ['src/b.handler.ts', 'src/a.handler.ts'],
    ])
    expect(project.discovered.messages.map(({ name }) => name)).toEqual(['Ping'])
  })
})

describe('what cannot travel', () => {
  it('is reported wherever it hides', () => {
    const hidden = `
      export interface Box<T> { content: T }
      export interface Base { inherited: () => void }
      export interface Ping extends Base {
        inArray: (() => void)[]
        inTuple: [() => void]
        inRecord: Record<string, () => void>
        inUnion: string | (() => void)
        inBox: Box<() => void>
        inPartial: Partial<{ a: () => void }>
        inIntersection: { a: string } & { b: () => void }
        deep: { a: { b: { c: symbol } } }
      }`
    expect(message(hidden).diagnostics.map(({ code, path }) => `${code} ${path ?? ''}`).sort()).toEqual([
      'JG2002 handle(message) → Ping.inArray[]',
      'JG2002 handle(message) → Ping.inBox → Box.content',
      'JG2002 handle(message) → Ping.inIntersection.b',
      'JG2002 handle(message) → Ping.inPartial → Partial.a',
      'JG2002 handle(message) → Ping.inRecord{}',
      'JG2002 handle(message) → Ping.inTuple[0]',
      'JG2002 handle(message) → Ping.inUnion',
      'JG2002 handle(message) → Ping.inherited',
      'JG2004 handle(message) → Ping.deep.a.b.c',
    ])
  })

  it.each([
    ['a base type', 'export interface Ping extends Gone { a: string }'],
    ['a base of a base', 'interface Base extends Gone {}\nexport interface Ping extends Base { a: string }'],
    ['a member of an intersection', 'export type Ping = { a: string } & Gone'],
    ['a part of a member of an intersection', 'interface Base extends Gone { b: 1 }\nexport type Ping = { a: string } & Base'],
    ['an argument of Omit', "export type Ping = Omit<Gone, 'id'> & { a: string }"],
    ['an argument of a generic type', 'interface Page<T> { items: T[] }\nexport interface Ping { page: Page<Gone> }'],
    ['the keys of a mapped type', 'export type Ping = { [K in Gone]: string }'],
    ['a type query', 'export interface Ping { a: typeof gone }'],
    ['an import of a missing file', "import type { Gone } from './gone.ts'\nexport interface Ping { a?: Gone | null }"],
  ])('is a type that is not found as %s', (_, declaration) => {
    expect(codes(message(declaration))).toContain('JG2005')
  })

  it('is said once, though two messages reach it', () => {
    const project = discoverIn({
      'src/ping.handler.ts': `
        interface Shared { done: () => void }
        export interface Ping { shared: Shared }
        export interface Pong { shared: Shared; own: symbol }
        export function handlePing(message: Ping): Pong { throw new Error(message.shared.toString()) }
        export function handlePong(message: Pong): void { void message }`,
    })
    expect(codes(project)).toEqual(['JG2002', 'JG2004'])
  })
})

describe('unions', () => {
  const shapeOf = (type: string) => {
    const project = message(`export class A { a = new Date(0) }\nexport class B { b = 1n }\nexport interface Ping { member: ${type} }`)
    const shape = project.discovered.shapes['src/ping.handler.ts#Ping']?.shape
    return { codes: codes(project), shape: shape?.kind === 'object' ? shape.members[0]?.shape : undefined }
  }

  it.each([
    ["'b' | 'a'", "'a' | 'b'"],
    ['string | null | number', 'null | number | string'],
    ['true | null | false', 'boolean | null'],
    ["{ k: 'x' } | { k: 'y' }", "{ k: 'y' } | { k: 'x' }"],
    ['A | B | undefined', 'undefined | B | A'],
  ])('%s is the same shape as %s', (first, second) => {
    expect(shapeOf(first).shape).toEqual(shapeOf(second).shape)
  })

  it('of a date or a bigint with a string cannot be told apart', () => {
    expect(shapeOf('Date | string').codes).toEqual(['JG2011'])
    expect(shapeOf('bigint | string').codes).toEqual(['JG2011'])
    expect(shapeOf('URL | string | null').codes).toEqual(['JG2005'])
    expect(shapeOf('Uint8Array | string').codes).toEqual(['JG2011'])
    expect(shapeOf("{ at: Date; kind: 'at' } | { at: string; kind: 'text' }").codes).toEqual([])
    expect(shapeOf('Date | number | null').codes).toEqual([])
  })
})
