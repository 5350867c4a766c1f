import type { ts } from 'ts-morph'
import { compareShapes, compareText } from './shape-order.ts'
import { pathOf, type ShapePlace } from './shape-place.ts'
import type { ShapeReader } from './shape-reader.ts'
import type { Discriminant, Shape } from './shape.ts'
import { typeText } from './type-facts.ts'
import { unitMembers } from './unit-members.ts'

/** A union in its canonical order, with `true | false` as boolean and each alternative once. */
export function lowerUnion(reader: ShapeReader, type: ts.UnionType, place: ShapePlace): Shape {
  return lowerAlternatives(reader, type.types, place)
}

/** As {@link lowerUnion}, of some of a union's members. */
export function lowerAlternatives(reader: ShapeReader, types: readonly ts.Type[], place: ShapePlace): Shape {
  const alternatives = new Map<string, { readonly shape: Shape; readonly type: ts.Type }>()
  for (const type of types) {
    const shape = reader.shapeOf(type, place)
    // A type inside the union that is a union itself, such as an enum, adds its alternatives.
    for (const one of shape.kind === 'union' ? shape.alternatives : [shape]) alternatives.set(JSON.stringify(one), { shape: one, type })
  }
  mergeBooleans(alternatives)
  const sorted = [...alternatives.values()].sort((a, b) => compareShapes(a.shape, b.shape))
  const [only] = sorted
  if (only !== undefined && sorted.length === 1) return only.shape
  // Reported here, where the member is; later stages need not find it again.
  if (refusesSameText(reader, sorted, place)) return { kind: 'json' }
  return {
    kind: 'union',
    alternatives: sorted.map(({ shape }) => shape),
    discriminant: discriminantOf(reader, sorted),
  }
}

function mergeBooleans(alternatives: Map<string, { readonly shape: Shape; readonly type: ts.Type }>): void {
  const [yes, no] = [true, false].map((value) => JSON.stringify({ kind: 'literal', value } satisfies Shape)) as [string, string]
  const found = alternatives.get(yes)
  if (found === undefined || !alternatives.has(no)) return
  alternatives.delete(yes)
  alternatives.delete(no)
  alternatives.set('boolean', { shape: { kind: 'boolean' }, type: found.type })
}

/** The first member, by name but `type` and `kind` before others, whose literals differ in every alternative that is an object. */
function discriminantOf(
  reader: ShapeReader,
  alternatives: readonly { readonly shape: Shape; readonly type: ts.Type }[],
): Discriminant | undefined {
  const isObject = ({ shape }: { readonly shape: Shape }) => shape.kind === 'object' || shape.kind === 'ref'
  const objects = alternatives.filter(isObject)
  if (objects.length < 2 || objects.some(({ type }) => type.isUnion())) return undefined
  const units = objects.map(({ type }) => unitMembers(reader.project, type))
  const names = [...(units[0]?.keys() ?? [])].sort((a, b) => preference(a) - preference(b) || compareText(a, b))
  const member = names.find((name) => {
    const values = units.map((of) => of.get(name))
    if (values.some((of) => of === undefined)) return false
    const all = values.flatMap((of) => of ?? [])
    return new Set(all).size === all.length
  })
  if (member === undefined) return undefined
  return {
    member,
    values: alternatives.map((one) => (isObject(one) ? (unitMembers(reader.project, one.type).get(member) ?? []) : [])),
  }
}

function preference(name: string): number {
  return name === 'type' ? 0 : name === 'kind' ? 1 : 2
}

/** Dates, bigints, bytes and URLs are text on the wire, so a string beside them could be either. */
function refusesSameText(
  reader: ShapeReader,
  alternatives: readonly { readonly shape: Shape; readonly type: ts.Type }[],
  place: ShapePlace,
): boolean {
  const text = alternatives.find(({ shape }) => shape.kind === 'string')
  const others = alternatives.filter(({ shape }) => ['date', 'bigint', 'bytes', 'buffer', 'url'].includes(shape.kind))
  if (text === undefined) return false
  for (const { type } of others) {
    const first = typeText(reader.project, type)
    const values = { member: place.member, first, second: 'string' }
    reader.bag.report('JG2011', values, { span: place.span, path: pathOf(place), label: `${first} or string?` })
  }
  return others.length > 0
}

