import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Discovered, DiscoveredMessage } from '../discover/discovered.ts'
import type { NamedShape, ShapeTable } from '../discover/shape.ts'
import type { CodecBody, CodecCall, CodecFunction, CodecModulePlan, CodecSelection, CodecUse } from './codec-plan.ts'
import { FunctionPlanner, type AmbiguousUnion, type PlannedFunction } from './function-planner.ts'
import { recursiveGroups } from './recursion.ts'

export interface CodecPlan {
  /** Messages sorted by name, then shapes sorted by key. */
  readonly modules: readonly CodecModulePlan[]
  /** Functions that can reach themselves, by the number of their group. Calls within a group count depth. */
  readonly groups: ReadonlyMap<string, number>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Decides how every message is encoded and decoded.
 *
 * A named shape that one message reaches is planned in that message's module; one that several
 * reach has a module of its own. The order of the input does not matter.
 */
export function planCodecs(
  { messages, shapes }: Pick<Discovered, 'messages' | 'shapes'>,
  { closed }: { readonly closed: boolean } = { closed: false },
): CodecPlan {
  const sorted = [...messages].sort((a, b) => compare(a.name, b.name))
  const plannedShapes = new Map<string, PlannedShape>()
  const reached = sorted.map((message) => planMessage(message, shapes, plannedShapes, closed))
  const owners = new Map<string, number>()
  for (const { keys } of reached) for (const key of keys) owners.set(key, (owners.get(key) ?? 0) + 1)

  const modules: UnfinishedModule[] = reached.map(({ message, root, functions, keys }) => ({
    owner: { kind: 'message', name: message.name },
    source: message.span.file,
    root,
    functions: [
      ...functions,
      ...keys.filter((key) => owners.get(key) === 1).flatMap((key) => plannedShapes.get(key)?.functions ?? []),
    ],
  }))
  const shared = [...owners].filter(([, count]) => count > 1).map(([key]) => key).sort(compare)
  for (const key of shared) {
    const source = sourceOf(key, shapes) ?? reached.find(({ keys }) => keys.includes(key))?.message.span.file ?? key
    modules.push({ owner: { kind: 'shape', key }, source, root: undefined, functions: plannedShapes.get(key)?.functions ?? [] })
  }

  const all = modules.flatMap(({ functions }) => functions)
  const groups = recursiveGroups(new Map(all.map(({ id, body }) => [id, callsOf(body).map((call) => call.id)])))
  const finish = (planned: PlannedFunction): CodecFunction => ({ ...planned, recursive: groups.has(planned.id) })
  return {
    modules: modules.map((module) => ({ ...module, functions: module.functions.map(finish) })),
    groups,
    diagnostics: diagnose(reached, plannedShapes),
  }
}

type UnfinishedModule = Omit<CodecModulePlan, 'functions'> & { readonly functions: readonly PlannedFunction[] }

interface PlannedShape {
  readonly functions: readonly PlannedFunction[]
  readonly references: ReadonlySet<string>
  readonly ambiguous: readonly AmbiguousUnion[]
}

interface PlannedMessage {
  readonly message: DiscoveredMessage
  readonly root: CodecCall
  /** Of the message itself, where it is not a named shape. */
  readonly functions: readonly PlannedFunction[]
  /** Keys of the named shapes that it reaches, nearest first. */
  readonly keys: readonly string[]
  readonly ambiguous: readonly AmbiguousUnion[]
}

function planMessage(
  message: DiscoveredMessage,
  shapes: ShapeTable,
  known: Map<string, PlannedShape>,
  closed: boolean,
): PlannedMessage {
  const planner = new FunctionPlanner(shapes, closed)
  const { name, shape, type } = message
  const importable = type.typeArguments.length === 0 ? type.importable : undefined
  const root = planner.root(shape, { id: `message ${name}`, words: [name], label: name }, importable)
  const keys: string[] = []
  const waiting = [...planner.references]
  for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
    if (keys.includes(key)) continue
    keys.push(key)
    const planned = known.get(key) ?? planShape(key, shapes, closed)
    known.set(key, planned)
    waiting.push(...planned.references)
  }
  return { message, root, functions: planner.functions, keys, ambiguous: planner.ambiguous }
}

/** A plan, and the named shapes that were looked at to make it. */
interface KnownPlan {
  readonly closed: boolean
  readonly read: ReadonlyMap<string, NamedShape | undefined>
  readonly planned: PlannedShape
}

/** Plans by their shape: a session has the same object again as long as nothing in it changed. */
const knownPlans = new WeakMap<NamedShape, KnownPlan>()

function planShape(key: string, shapes: ShapeTable, closed: boolean): PlannedShape {
  const shape = shapes[key]
  const known = shape && knownPlans.get(shape)
  if (known?.closed === closed && [...known.read].every(([one, found]) => shapes[one] === found)) return known.planned
  const read = new Map<string, NamedShape | undefined>()
  const watched = new Proxy(shapes, {
    get: (table, one) => {
      if (typeof one === 'symbol') return undefined
      read.set(one, table[one])
      return table[one]
    },
  })
  const planner = new FunctionPlanner(watched, closed)
  planner.named(key)
  const { functions, references, ambiguous } = planner
  if (shape !== undefined) knownPlans.set(shape, { closed, read, planned: { functions, references, ambiguous } })
  return { functions, references, ambiguous }
}

/** The file that declares a shape, from its import or, for one of a package, none. */
function sourceOf(key: string, shapes: ShapeTable): string | undefined {
  const typeImport = shapes[key]?.typeImport
  return typeImport !== undefined && 'file' in typeImport ? typeImport.file : undefined
}

function diagnose(reached: readonly PlannedMessage[], shapes: ReadonlyMap<string, PlannedShape>): readonly Diagnostic[] {
  const bag = new DiagnosticBag()
  for (const { message, keys, ambiguous } of reached) {
    for (const { member, first, second } of [...ambiguous, ...keys.flatMap((key) => shapes.get(key)?.ambiguous ?? [])]) {
      bag.report('JG2011', { member, first, second }, { span: message.span })
    }
  }
  return bag.list()
}

/** Every call in a body, in the order in which it is planned. */
export function callsOf(body: CodecBody): readonly CodecCall[] {
  switch (body.kind) {
    case 'object':
      return [...body.members, ...body.indexes].flatMap(({ use }) => callIn(use))
    case 'map':
      return [body.key, body.value].flatMap(callIn)
    case 'array':
    case 'set':
      return callIn(body.element)
    case 'tuple':
      return [...body.elements, ...(body.rest === undefined ? [] : [body.rest]), ...body.last].flatMap(callIn)
    case 'record':
      return callIn(body.value)
    case 'choice':
      return [
        ...body.choice.rebuilt.map(({ call }) => call),
        ...callsInSelection(body.choice.list),
        ...callsInSelection(body.choice.object),
      ]
    case 'rebuild':
      return callIn(body.json)
    case 'value':
      return callIn(body.use)
  }
}

function callIn({ value }: CodecUse): readonly CodecCall[] {
  return value.kind === 'call' ? [value] : []
}

function callsInSelection(selection: CodecSelection | undefined): readonly CodecCall[] {
  switch (selection?.kind) {
    case undefined:
      return []
    case 'one':
      return [selection.call]
    case 'discriminant':
      return selection.cases.map(({ call }) => call)
    case 'members':
      return selection.alternatives.map(({ call }) => call)
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
