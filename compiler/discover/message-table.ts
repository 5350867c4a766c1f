import { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { declarationTags, type DeclarationTag } from './declaration-tags.ts'
import type { DiscoveredMessage, OlderVersion } from './discovered.ts'
import { mayGoNowhere } from './find-sends.ts'
import { MessageHistory } from './message-history.ts'
import { ShapeLowering } from './lower-shape.ts'
import { lowerDeclared } from './lower-type.ts'
import type { OpenedProgram } from './open-program.ts'
import { compareText } from './shape-order.ts'
import type { NamedShape, ShapeTable } from './shape.ts'
import { spanOfNode, spanOfText } from './source-span-of.ts'
import type { SourceSpan } from './source-span.ts'
import { importOfSymbol } from './type-import.ts'
import { readMarkers } from './message-markers.ts'
import { messageTags, reportNearTag } from './report-near-tag.ts'
import { isOwnFile, originOfSymbol } from './type-origin.ts'
import type { TableEntries, TableTrace } from './table-entries.ts'
import { unitMembers } from './unit-members.ts'

/** How a handler came to a message type. */
export interface MessageUse {
  readonly usedIn: ts.SourceFile
  /** Where the type is named. */
  readonly span: SourceSpan
  /** `handle(command)`, for the paths of diagnostics. */
  readonly path: string
}

/** The type of a message, while the compiler's own types can be asked. */
export interface MessageType {
  readonly name: string
  readonly symbol: ts.Symbol
  readonly type: ts.Type
}

const wireNamePattern = /^[A-Za-z][\w.:/-]{0,199}$/

/** The messages of a project, each declared type once. */
export class MessageTable {
  readonly #project: OpenedProgram
  readonly #bag: DiagnosticBag
  readonly #shapes: ShapeLowering
  readonly #messages = new Map<ts.Symbol, DiscoveredMessage>()
  readonly #types = new Map<ts.Symbol, ts.Type>()
  #trace: TableTrace | undefined

  constructor(project: OpenedProgram, bag: DiagnosticBag) {
    this.#project = project
    this.#bag = bag
    this.#shapes = new ShapeLowering(project, bag)
  }

  /** The wire name of a message type, which is read when it is met first. */
  add(type: ts.Type, symbol: ts.Symbol, use: MessageUse): string {
    const known = this.#messages.get(symbol)
    if (known !== undefined) {
      this.#trace?.found.add(symbol)
      return known.name
    }
    this.#trace?.added.add(symbol)
    const origin = originOfSymbol(this.#project, symbol)
    const declaration = origin?.declaration
    const typeName = origin?.name ?? symbol.name
    const file = declaration?.getSourceFile()
    const isOwn = file !== undefined && isOwnFile(this.#project, file)
    const span = isOwn && declaration ? spanOfNode(this.#project.root, ts.getNameOfDeclaration(declaration) ?? declaration) : use.span

    if (importOfSymbol(this.#project, symbol, use.usedIn) === undefined) {
      const where = origin?.origin.kind === 'file' ? origin.origin.file : origin?.origin.kind === 'package' ? origin.origin.name : 'the file'
      this.#bag.report('JG1014', { type: typeName, file: where }, { span, label: 'not exported', path: use.path })
    }
    const tags = (symbol.declarations ?? []).flatMap((one) => declarationTags(one).map((tag) => ({ tag, source: one.getSourceFile() })))
    if (isOwn) for (const { tag, source } of tags) reportNearTag(this.#project, source, tag, messageTags, this.#bag)
    const name = this.#wireName(type, typeName, tags, span)
    const version = this.#version(typeName, tags)
    const sourceOf = new Map(tags.map((found) => [found.tag, found]))
    const markers = readMarkers(typeName, [...sourceOf.keys()], this.#bag, (tag) => this.#spanOfTag(sourceOf.get(tag)!))
    const place = { owner: typeName, member: typeName, name: typeName, chain: [use.path], span }
    // Known before its members are read, which may come back to it.
    const message: DiscoveredMessage = {
      name,
      version,
      ...markers,
      ...((symbol.declarations ?? []).some(mayGoNowhere) && { mayGoNowhere: true }),
      older: [],
      type: lowerDeclared(this.#project, type, symbol, use.usedIn),
      shape: this.#shapes.lower(type, place),
      span,
    }
    this.#messages.set(symbol, message)
    this.#types.set(symbol, type)
    return name
  }

  /** Does something, and notes what it finds here and what it adds. */
  record<T>(trace: TableTrace, work: () => T): T {
    this.#trace = trace
    this.#shapes.record(trace)
    try {
      return work()
    } finally {
      this.#trace = undefined
      this.#shapes.record(undefined)
    }
  }

  /** Whether a reading would find again what it found, and would have to add what it added. */
  isAsBefore({ found, added }: TableTrace): boolean {
    const has = (one: ts.Symbol | string): boolean => (typeof one === 'string' ? this.#shapes.get(one) !== undefined : this.#messages.has(one))
    for (const one of added) if (has(one)) return false
    for (const one of found) if (!added.has(one) && !has(one)) return false
    return true
  }

  /** What a reading has added; `undefined` if another program could not be given it. */
  entriesOf({ found, added }: TableTrace): TableEntries | undefined {
    const messages: (readonly [ts.Symbol, DiscoveredMessage])[] = []
    const shapes: NamedShape[] = []
    const { checker } = this.#project
    for (const one of [...found, ...added]) if (typeof one !== 'string' && one.flags & ts.SymbolFlags.Transient) return undefined
    for (const one of added) {
      if (typeof one === 'string') {
        const shape = this.#shapes.get(one)
        if (shape !== undefined) shapes.push(shape)
        continue
      }
      const message = this.#messages.get(one)
      if (message === undefined || checker.getDeclaredTypeOfSymbol(one) !== this.#types.get(one)) return undefined
      messages.push([one, message])
    }
    return { messages, shapes }
  }

  restore({ messages, shapes }: TableEntries): void {
    for (const [symbol, message] of messages) {
      this.#messages.set(symbol, message)
      this.#types.set(symbol, this.#project.checker.getDeclaredTypeOfSymbol(symbol))
    }
    this.#shapes.restore(shapes)
  }

  /** The types of all messages that are known so far, sorted by wire name. */
  types(): readonly MessageType[] {
    const all = [...this.#messages].map(([symbol, { name }]) => ({ symbol, name, type: this.#types.get(symbol) }))
    return all.filter((one): one is MessageType => one.type !== undefined).sort((a, b) => compareText(a.name, b.name))
  }

  get isEmpty(): boolean {
    return this.#messages.size === 0
  }

  /**
   * Reads the upcasts in the files of all messages, and in those of the types that upcasts take. To be
   * called when all messages are known.
   */
  addOlderVersions(): void {
    const history = new MessageHistory(this.#project, this.#bag, (symbol) => this.#versionOf(symbol))
    for (const [symbol, message] of [...this.#messages]) {
      const steps = history.of(symbol, message, (one) => this.#messages.has(one))
      const older = steps.map(({ version, to, upcast: { from, file, path, export: name, span } }): OlderVersion => {
        const typeName = from.symbol.name
        const place = { owner: typeName, member: typeName, name: typeName, chain: [`${name}(old)`], span }
        return {
          version,
          type: lowerDeclared(this.#project, from.type, from.symbol, file),
          shape: this.#shapes.lower(from.type, place),
          span: this.#spanOf(from.symbol) ?? span,
          upcast: { file: path, export: name },
          to,
        }
      })
      // The same object where there is nothing to add: a session knows by it that nothing changed.
      if (older.length > 0) this.#messages.set(symbol, { ...message, older: older.sort((a, b) => a.version - b.version) })
    }
    history.reportUnused(this.#messages.keys())
  }

  #versionOf(symbol: ts.Symbol): number {
    const tags = (symbol.declarations ?? []).flatMap((one) => declarationTags(one).map((tag) => ({ tag, source: one.getSourceFile() })))
    return this.#version(symbol.name, tags)
  }

  #spanOf(symbol: ts.Symbol): SourceSpan | undefined {
    const declaration = originOfSymbol(this.#project, symbol)?.declaration
    if (declaration === undefined || !isOwnFile(this.#project, declaration.getSourceFile())) return undefined
    return spanOfNode(this.#project.root, ts.getNameOfDeclaration(declaration) ?? declaration)
  }

  /** Sorted by name, each name once. Reports names that belong to several types. */
  list(): readonly DiscoveredMessage[] {
    const sorted = [...this.#messages.values()].sort(
      (a, b) =>
        compareText(a.name, b.name) ||
        compareText(a.span.file, b.span.file) ||
        a.span.line - b.span.line ||
        a.span.column - b.span.column,
    )
    let first: DiscoveredMessage | undefined
    for (const [index, message] of sorted.entries()) {
      if (first?.name !== message.name) first = message
      const next = sorted[index + 1]
      const other = first !== message ? first : next?.name === message.name ? next : undefined
      if (other === undefined) continue
      this.#bag.report(
        'JG2001',
        { name: message.name },
        { span: message.span, label: 'this one', notes: [{ span: other.span, message: `the other one is ${other.type.symbol}` }] },
      )
    }
    return sorted.filter((message, index) => message.name !== sorted[index - 1]?.name)
  }

  shapes(): ShapeTable {
    return this.#shapes.table()
  }

  #wireName(type: ts.Type, typeName: string, tags: readonly FoundTag[], span: SourceSpan): string {
    const found = tags.find(({ tag }) => tag.name === 'message')
    const literal = unitMembers(this.#project, type).get('type')
    const ownType = literal?.length === 1 && typeof literal[0] === 'string' ? literal[0] : undefined
    // A bare `@message` marks the type and leaves its name as it is.
    const written = found?.tag.text.split(/\s/)[0] ?? ''
    const name = written === '' ? (ownType ?? typeName) : written
    if (wireNamePattern.test(name)) return name
    const place = found ? this.#spanOfTag(found) : span
    this.#bag.report('JG2013', { type: typeName, found: name === '' ? 'an empty text' : JSON.stringify(name.slice(0, 60)) }, { span: place })
    return typeName
  }

  #version(typeName: string, tags: readonly FoundTag[]): number {
    const found = tags.find(({ tag }) => tag.name === 'version')
    if (found === undefined) return 1
    const [text = ''] = found.tag.text.split(/\s/)
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    this.#bag.report('JG2012', { type: typeName, found: text === '' ? 'missing' : text.slice(0, 60) }, { span: this.#spanOfTag(found) })
    return 1
  }

  #spanOfTag({ tag, source }: FoundTag): SourceSpan {
    return spanOfText(this.#project.root, source.fileName, source.text, tag.start, tag.length)
  }
}

interface FoundTag {
  readonly tag: DeclarationTag
  readonly source: ts.SourceFile
}
