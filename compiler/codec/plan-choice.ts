import type { Shape, ShapeTable } from '../discover/shape.ts'
import type { CodecCall, CodecChoice, CodecLiteral, CodecScalar, CodecSelection, RebuiltAlternative, WireKind } from './codec-plan.ts'
import { type Candidate, candidateMembers, selectAlternative } from './select-alternative.ts'
import { sameTexts, templateText } from './same-text.ts'
import { namedShape, resolved, wireKinds } from './wire-form.ts'

/** A union taken apart: unions within unions are flattened, null and undefined are taken out. */
export interface FlatUnion {
  readonly nullable: boolean
  readonly absent: boolean
  /** As small as they can be: `boolean` takes in `true`, `string` its literals. */
  readonly scalars: readonly CodecScalar[]
  /** Lists, objects, records and classes; a `ref` where the alternative is named. */
  readonly structures: readonly Shape[]
}

/** Flattens a shape; one that is no union is a union of one. Undefined when it is `json`, which takes in all else. */
export function flattenUnion(shape: Shape, shapes: ShapeTable): FlatUnion | undefined {
  const leaves: Shape[] = []
  collectLeaves(shape, shapes, leaves, new Set())
  if (leaves.some(({ kind }) => kind === 'json')) return undefined
  const found = new Map<string, Shape>()
  for (const leaf of leaves) {
    if (structures.includes(leaf.kind) || leaf.kind === 'ref') found.set(JSON.stringify(leaf), leaf)
  }
  return {
    nullable: leaves.some(({ kind }) => kind === 'null'),
    absent: leaves.some(({ kind }) => kind === 'undefined'),
    scalars: mergeScalars(leaves),
    structures: [...found.values()],
  }
}

/** Kinds of shapes that have a function of their own. */
const structures: readonly Shape['kind'][] = ['array', 'tuple', 'set', 'map', 'record', 'object']

function collectLeaves(shape: Shape, shapes: ShapeTable, leaves: Shape[], seen: Set<string>): void {
  if (shape.kind === 'union') {
    for (const alternative of shape.alternatives) collectLeaves(alternative, shapes, leaves, seen)
  } else if (shape.kind === 'ref') {
    const named = namedShape(shape.key, shapes)
    if (structures.includes(named.shape.kind) || named.class !== undefined) leaves.push(shape)
    else if (!seen.has(shape.key)) {
      seen.add(shape.key)
      collectLeaves(named.shape, shapes, leaves, seen)
    }
  } else {
    leaves.push(shape)
  }
}

function mergeScalars(leaves: readonly Shape[]): readonly CodecScalar[] {
  const kinds = new Set(leaves.map(({ kind }) => kind))
  const values = new Set<CodecLiteral>()
  const bigints = new Set<string>()
  for (const leaf of leaves) {
    if (leaf.kind !== 'literal') continue
    if (typeof leaf.value === 'object') bigints.add(leaf.value.bigint)
    else if (!kinds.has(typeof leaf.value as Shape['kind'])) values.add(leaf.value)
  }
  const scalars: CodecScalar[] = []
  if (values.has(true) && values.has(false)) {
    values.delete(true)
    values.delete(false)
    kinds.add('boolean')
  }
  for (const kind of ['string', 'number', 'boolean'] as const) if (kinds.has(kind)) scalars.push({ kind })
  if (values.size > 0) scalars.push({ kind: 'literals', values: [...values].sort(byKindAndValue) })
  if (!kinds.has('string')) {
    const patterns = new Map(leaves.flatMap((leaf) => (leaf.kind === 'pattern' ? [[JSON.stringify(leaf), leaf.templates] as const] : [])))
    for (const [, templates] of [...patterns].sort(([a], [b]) => (a < b ? -1 : 1))) scalars.push({ kind: 'pattern', templates })
  }
  if (kinds.has('bigint')) scalars.push({ kind: 'bigint' })
  else if (bigints.size > 0) scalars.push({ kind: 'bigint-literals', values: [...bigints].sort() })
  for (const kind of ['url', 'bytes', 'buffer', 'date'] as const) if (kinds.has(kind)) scalars.push({ kind })
  return scalars
}

export interface ChoiceParts {
  readonly union: FlatUnion
  /** Plans the function of a structure. */
  readonly call: (structure: Shape, index: number) => CodecCall
  /** Two alternatives that cannot be told apart. */
  readonly ambiguous: (first: string, second: string) => void
}

export function planChoice({ union, call, ambiguous }: ChoiceParts, shapes: ShapeTable): CodecChoice {
  for (const [first, second] of sameTexts(union.scalars)) ambiguous(first, second)
  const planned = union.structures.map((structure, index) => ({ structure, call: call(structure, index) }))
  const rebuilt = planned.flatMap(({ structure, call: itsCall }): RebuiltAlternative[] => {
    const built = structure.kind === 'ref' ? namedShape(structure.key, shapes).class : undefined
    if (built?.fromJSON !== true) return []
    const kinds = [...wireKinds(structure, shapes)].sort()
    const isObject = kinds.length === 1 && kinds[0] === 'object'
    return [{ class: { from: built.from, name: built.name }, call: itsCall, kinds: isObject ? undefined : kinds }]
  })
  const byKind = new Set(rebuilt.flatMap(({ call: itsCall, kinds }) => (kinds === undefined ? [] : [itsCall])))
  reportSameKinds(union, planned, byKind, ambiguous, shapes)
  const candidates = planned
    .filter(({ call: itsCall }) => !byKind.has(itsCall))
    .map(({ structure, call: itsCall }): Candidate & { readonly list: boolean } => {
      const form = resolved(structure, shapes)
      const built = structure.kind === 'ref' ? namedShape(structure.key, shapes).class : undefined
      return {
        call: itsCall,
        label: structureLabel(structure, shapes),
        ...candidateMembers(form, shapes),
        rebuiltAs: built === undefined ? builtAs(form, structure) : `${JSON.stringify(built.from)}#${built.name}`,
        list: lists.includes(form.kind),
      }
    })
  const select = (group: readonly Candidate[]): CodecSelection | undefined => {
    const [first] = group
    if (first === undefined) return undefined
    const selected = selectAlternative(group, shapes)
    if (selected.kind === 'selection') return selected.selection
    ambiguous(selected.first.label, selected.second.label)
    return { kind: 'one', call: first.call }
  }
  return {
    rebuilt,
    scalars: union.scalars,
    list: select(candidates.filter(({ list }) => list)),
    // A Set or a Map beside another list is refused, so the first speaks for all.
    listForm: listForm(
      planned
        .filter(({ call: itsCall }) => !byKind.has(itsCall))
        .map(({ structure }) => resolved(structure, shapes))
        .find(({ kind }) => lists.includes(kind)),
    ),
    object: select(candidates.filter(({ list }) => !list)),
    expectation: [...union.scalars.map(scalarLabel), ...planned.map(({ structure }) => structureLabel(structure, shapes))].join(' or '),
  }
}

interface PlannedStructure {
  readonly structure: Shape
  readonly call: CodecCall
}

/** An instance of a class whose `fromJSON` takes text, a number or a list must be the only one of its kind. */
function reportSameKinds(
  union: FlatUnion,
  planned: readonly PlannedStructure[],
  byKind: ReadonlySet<CodecCall>,
  ambiguous: ChoiceParts['ambiguous'],
  shapes: ShapeTable,
): void {
  const others = [
    ...union.scalars.map((scalar) => ({ label: scalarLabel(scalar), kinds: scalarKinds(scalar), by: undefined })),
    ...planned.map(({ structure, call }) => ({ label: structureLabel(structure, shapes), kinds: wireKinds(structure, shapes), by: call })),
    ...(union.nullable ? [{ label: 'null', kinds: new Set<WireKind>(['null']), by: undefined }] : []),
  ]
  for (const [index, one] of others.entries()) {
    if (one.by === undefined || !byKind.has(one.by)) continue
    const isCounted = (by: CodecCall | undefined, at: number): boolean => at > index || by === undefined || !byKind.has(by)
    const clash = others.find(({ kinds, by }, at) => at !== index && isCounted(by, at) && [...kinds].some((kind) => one.kinds.has(kind)))
    if (clash !== undefined) ambiguous(one.label, clash.label)
  }
}

function scalarKinds(scalar: CodecScalar): ReadonlySet<WireKind> {
  if (scalar.kind === 'literals') return new Set(scalar.values.map((value) => (value === null ? 'null' : (typeof value as WireKind))))
  return new Set([scalar.kind === 'number' || scalar.kind === 'boolean' ? scalar.kind : 'string'])
}

const lists: readonly Shape['kind'][] = ['array', 'tuple', 'set', 'map']

function listForm(form: Shape | undefined): CodecChoice['listForm'] {
  return form?.kind === 'set' || form?.kind === 'map' ? form.kind : 'list'
}

/** Lists are the same value however they are read; two Sets or Maps are not looked into to tell them apart. */
function builtAs(form: Shape, structure: Shape): string {
  return listForm(form) === 'list' ? 'list' : JSON.stringify(structure)
}

function scalarLabel(scalar: CodecScalar): string {
  switch (scalar.kind) {
    case 'literals':
      return scalar.values.length > 6 ? `one of ${scalar.values.length} literals` : scalar.values.map((value) => JSON.stringify(value)).join(' or ')
    case 'bigint-literals':
      return scalar.values.join(' or ')
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'date':
      return `a ${scalar.kind}`
    case 'url':
      return 'a URL'
    case 'bytes':
    case 'buffer':
      return 'bytes'
    case 'pattern':
      return `text like ${scalar.templates.map(templateText).join(' and ')}`
    default:
      return scalar.kind
  }
}

function structureLabel(structure: Shape, shapes: ShapeTable): string {
  if (structure.kind === 'ref') return namedShape(structure.key, shapes).name
  if (structure.kind === 'set') return 'a Set'
  if (structure.kind === 'map') return 'a Map'
  if (structure.kind === 'array' || structure.kind === 'tuple') return 'a list'
  if (structure.kind === 'object' && structure.members.length > 0) {
    return `an object with ${structure.members.map(({ name }) => name).join(', ')}`
  }
  return 'an object'
}

function byKindAndValue(a: CodecLiteral, b: CodecLiteral): number {
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1
}
