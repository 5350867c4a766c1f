import type { ts } from 'ts-morph'
import type { DiagnosticBag, DiagnosticPlace } from '../diagnostics/diagnostic-bag.ts'
import { isAbstract, nameOfBase } from './kinship.ts'
import type { FoundHandler } from './found-handler.ts'
import { lacksParts } from './lacks-parts.ts'
import { messageSymbol, type NotAMessage } from './message-symbol.ts'
import type { MessageTable } from './message-table.ts'
import type { OpenedProgram } from './open-program.ts'
import type { ReadParameter } from './read-parameters.ts'
import { membersOf, nodeText, typeText } from './type-facts.ts'
import { WrittenTypes } from './written-types.ts'

/** One type that a handler takes: the type of its first parameter, or a member of that union. */
export interface TakenType {
  readonly type: ts.Type
  /** What messages extend that are handled as this type too. */
  readonly base: ts.Symbol
  /** The message that it is itself; `undefined`: it is only a base of others. */
  readonly message: string | undefined
  /** What is wrong with it where no message extends it. */
  readonly reportUnused: () => void
}

/** The types that a handler takes, each named by a declaration; `undefined`, with a diagnostic, if there is one that is no message. */
export function takenTypes(
  project: OpenedProgram,
  handler: FoundHandler,
  parameter: ReadParameter,
  messages: MessageTable,
  bag: DiagnosticBag,
): readonly TakenType[] | undefined {
  const { span, node } = parameter
  if (parameter.isRest) {
    bag.report('JG1015', { handler: handler.label }, { span, label: 'rest parameter' })
    return undefined
  }
  // A handler may be ready for no message, `command?: PlaceOrder`; it always receives one.
  const written = parameter.compilerType
  const type = written.isUnion() ? project.checker.getNonNullableType(written) : written
  const parts = membersOf(type)
  const nodes = new WrittenTypes(project, node)
  const reader = { project, handler, parameter, messages, bag }
  const isUnion = parts.length > 1 && refusal(project, type, node) === 'union'
  if (!isUnion) return read(reader, type, node, undefined)
  const taken = parts.map((part) => read(reader, part, nodes.nodeOf(part), type))
  return taken.every((one) => one !== undefined) ? taken.flat() : undefined
}

interface Reader {
  readonly project: OpenedProgram
  readonly handler: FoundHandler
  readonly parameter: ReadParameter
  readonly messages: MessageTable
  readonly bag: DiagnosticBag
}

function refusal(project: OpenedProgram, type: ts.Type, node: ts.TypeNode | undefined): NotAMessage | undefined {
  const found = messageSymbol(project, type, node)
  return found.kind === 'refused' ? found.reason : undefined
}

/** @param union  The union that `type` is a member of. */
function read(reader: Reader, type: ts.Type, node: ts.TypeNode | undefined, union: ts.Type | undefined): readonly TakenType[] | undefined {
  const { project, handler, parameter, messages, bag } = reader
  const { span } = parameter
  const path = `${handler.label}(${parameter.name})`
  const found = messageSymbol(project, type, node)
  const text = node ? nodeText(node) : typeText(project, type)
  const place = { span, path }
  if (found.kind === 'message') {
    if (isAbstract(found.symbol)) {
      const reportUnused = (): void =>
        bag.report('JG1042', { handler: handler.label, type: text }, { ...place, label: 'nothing extends it' })
      return [{ type: found.type, base: found.symbol, message: undefined, reportUnused }]
    }
    const message = messages.add(found.type, found.symbol, { usedIn: handler.file, span, path })
    return [{ type: found.type, base: found.symbol, message, reportUnused: () => {} }]
  }
  if (found.reason === 'unresolved' && lacksParts(project, node, path, bag)) return undefined
  const said = node === undefined && found.reason === 'open' ? 'not given a type' : text
  const values = { handler: handler.label, type: said }
  const base = found.reason === 'generic' ? nameOfBase(project, type) : undefined
  if (base !== undefined) return [{ type, base, message: undefined, reportUnused: () => bag.report('JG1009', values, { ...place, label: 'needs a name' }) }]
  if (union === undefined) report(found.reason, values, place, bag)
  else {
    const whole = parameter.node ? nodeText(parameter.node) : typeText(project, union)
    bag.report('JG1007', { handler: handler.label, type: whole, member: text }, { ...place, label: 'union' })
  }
  return undefined
}

function report(reason: NotAMessage, values: { handler: string; type: string }, place: DiagnosticPlace, bag: DiagnosticBag): void {
  switch (reason) {
    case 'unresolved':
      return bag.report('JG1010', values, { ...place, label: 'not found' })
    case 'open':
      return bag.report('JG1005', values, { ...place, label: 'which message?' })
    case 'builtin':
      return bag.report('JG1006', values, { ...place, label: 'not a message' })
    case 'union':
      return bag.report('JG1007', { ...values, member: values.type }, { ...place, label: 'union' })
    case 'anonymous':
      return bag.report('JG1008', values, { ...place, label: 'no name' })
    case 'generic':
      return bag.report('JG1009', values, { ...place, label: 'needs a name' })
  }
}
