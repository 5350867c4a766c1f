import type { Shape, ShapeTable } from '../discover/shape.ts'
import type { CodecCall, CodecSelection, SelectionTest } from './codec-plan.ts'
import { allowsAbsence, unitValues, wireKinds } from './wire-form.ts'

/** One object-like or list-like alternative of a union, by its members (a list's are its indices). */
export interface Candidate {
  readonly call: CodecCall
  /** For diagnostics. */
  readonly label: string
  readonly members: ReadonlyMap<string, CandidateMember>
  /** A record or an array: any further member may be there. */
  readonly open: boolean
  /** Two candidates with the same members are the same value only if they are rebuilt alike. */
  readonly rebuiltAs: string
}

export interface CandidateMember {
  readonly shape: Shape
  readonly required: boolean
}

export type Selected =
  | { readonly kind: 'selection'; readonly selection: CodecSelection }
  | { readonly kind: 'ambiguous'; readonly first: Candidate; readonly second: Candidate }

/**
 * How to tell alternatives apart that have the same kind on the wire.
 *
 * By a member with disjoint literals if there is one for all; else pair by pair: by a required
 * member of disjoint values, or by which members are there. A pair for which a value could be read
 * in two different ways is ambiguous; nothing is ever guessed.
 */
export function selectAlternative(candidates: readonly Candidate[], shapes: ShapeTable): Selected {
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) {
    return { kind: 'selection', selection: { kind: 'one', call: only.call } }
  }
  const discriminant = findDiscriminant(candidates, shapes)
  if (discriminant !== undefined) return { kind: 'selection', selection: discriminant }

  const foreign = candidates.map(() => new Set<string>())
  const tested = candidates.map(() => new Set<string>())
  for (const [i, first] of candidates.entries()) {
    for (const [j, second] of candidates.entries()) {
      if (j <= i) continue
      const apart = tellApart(first, second, shapes)
      if (apart === undefined) return { kind: 'ambiguous', first, second }
      for (const member of apart.tested) [tested[i], tested[j]].forEach((set) => set?.add(member))
      for (const member of apart.onlyInFirst) foreign[j]?.add(member)
      for (const member of apart.onlyInSecond) foreign[i]?.add(member)
    }
  }
  const alternatives = candidates.map((candidate, index) => ({
    call: candidate.call,
    required: namesOf(candidate, (member) => member.required),
    foreign: [...(foreign[index] ?? [])].sort(),
    tests: [...(tested[index] ?? [])].sort().map((member) => testOf(candidate, member, shapes)),
  }))
  return { kind: 'selection', selection: { kind: 'members', alternatives } }
}

function findDiscriminant(candidates: readonly Candidate[], shapes: ShapeTable): CodecSelection | undefined {
  const [first] = candidates
  if (first === undefined) return undefined
  for (const member of namesOf(first, ({ required }) => required)) {
    const cases = candidates.map((candidate) => {
      const found = candidate.members.get(member)
      const values = found?.required === true ? unitValues(found.shape, shapes) : undefined
      return values === undefined ? undefined : { values, call: candidate.call }
    })
    if (!cases.every((found) => found !== undefined)) continue
    const all = cases.flatMap(({ values }) => [...new Set(values)])
    if (new Set(all).size === all.length) return { kind: 'discriminant', member, cases }
  }
  return undefined
}

interface Apart {
  readonly tested: readonly string[]
  readonly onlyInFirst: readonly string[]
  readonly onlyInSecond: readonly string[]
}

function tellApart(first: Candidate, second: Candidate, shapes: ShapeTable): Apart | undefined {
  const shared = [...first.members.keys()].filter((name) => second.members.has(name)).sort()
  const disjoint = shared.filter((name) => areDisjoint(first.members.get(name)?.shape, second.members.get(name)?.shape, shapes))
  const decisive = disjoint.find((name) => first.members.get(name)?.required === true && second.members.get(name)?.required === true)
  if (decisive !== undefined) return { tested: [decisive], onlyInFirst: [], onlyInSecond: [] }

  const onlyInFirst = second.open ? [] : [...first.members.keys()].filter((name) => !second.members.has(name))
  const onlyInSecond = first.open ? [] : [...second.members.keys()].filter((name) => !first.members.has(name))
  const apart = { tested: disjoint, onlyInFirst, onlyInSecond }
  if (onlyInFirst.some((name) => first.members.get(name)?.required === true)) return apart
  if (onlyInSecond.some((name) => second.members.get(name)?.required === true)) return apart
  // A value may now be both: harmless if both read it alike.
  const alike = shared.every(
    (name) => disjoint.includes(name) || sameShape(first.members.get(name)?.shape, second.members.get(name)?.shape),
  )
  const bothOpen = first.open || second.open
  const listsByElement = disjoint.includes('0')
  if (first.rebuiltAs !== second.rebuiltAs || !alike || (bothOpen && !listsByElement)) return undefined
  return apart
}

function areDisjoint(first: Shape | undefined, second: Shape | undefined, shapes: ShapeTable): boolean {
  if (first === undefined || second === undefined) return false
  const firstUnits = unitValues(first, shapes)
  const secondUnits = unitValues(second, shapes)
  if (firstUnits !== undefined && secondUnits !== undefined) return !firstUnits.some((value) => secondUnits.includes(value))
  const secondKinds = wireKinds(second, shapes)
  return ![...wireKinds(first, shapes)].some((kind) => secondKinds.has(kind))
}

function testOf(candidate: Candidate, member: string, shapes: ShapeTable): SelectionTest {
  const shape = candidate.members.get(member)?.shape ?? { kind: 'undefined' }
  const values = unitValues(shape, shapes)
  return { member, allowed: values !== undefined ? { values } : { kinds: [...wireKinds(shape, shapes)].sort() } }
}

function namesOf(candidate: Candidate, wanted: (member: CandidateMember) => boolean): readonly string[] {
  return [...candidate.members].filter(([, member]) => wanted(member)).map(([name]) => name).sort()
}

function sameShape(first: Shape | undefined, second: Shape | undefined): boolean {
  return JSON.stringify(first) === JSON.stringify(second)
}

/** The members of an object, a record, a tuple or an array, as a candidate sees them. */
export function candidateMembers(form: Shape, shapes: ShapeTable): Pick<Candidate, 'members' | 'open'> {
  switch (form.kind) {
    case 'object':
      return {
        open: form.indexes !== undefined,
        members: new Map(
          form.members.map(({ name, shape, optional }) => [name, { shape, required: !optional && !allowsAbsence(shape, shapes) }]),
        ),
      }
    case 'tuple': {
      const rest = form.elements.findIndex((element) => element.rest)
      const fixed = rest === -1 ? form.elements : form.elements.slice(0, rest)
      return {
        open: rest !== -1,
        members: new Map(fixed.map(({ shape, optional }, index) => [String(index), { shape, required: !optional }])),
      }
    }
    case 'set':
    case 'array':
      return { open: true, members: new Map([['0', { shape: form.element, required: false }]]) }
    case 'map': {
      const pair: Shape = { kind: 'tuple', elements: [form.key, form.value].map((shape) => ({ shape, optional: false, rest: false })) }
      return { open: true, members: new Map([['0', { shape: pair, required: false }]]) }
    }
    default:
      return { open: true, members: new Map() }
  }
}
