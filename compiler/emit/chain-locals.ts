import { chooseNames, identifier, kebabCase, type NameRequest } from './name-scope.ts'
import { toldGroupsOf } from './return-groups.ts'
import type { ReturnShape, ReturnWrapper } from '../discover/discovered.ts'
import { isPicked, isReplyNamed, isWhole, replyOfPart } from '../chain/reply-of.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { flatten } from '../resolve/frames/flatten.ts'
import type { Frame } from '../resolve/frames/frame.ts'
import type { Variable } from '../resolve/variable.ts'

/** The names that a chain's module declares itself. */
export interface ChainLocals {
  readonly taken: ReadonlySet<string>
  of(variable: Variable): string
  /** The part of a returned tuple at `index`. */
  part(variable: Variable, index: number): string
  /** The element of a returned list, in its loop. */
  each(variable: Variable, index: number | undefined): string
  /** The function that tells the alternatives of a union apart, those in one wrapper or those in none. */
  teller(variable: Variable, index: number | undefined, wrapper: ReturnWrapper | undefined): string
  /** What is picked as the reply from a returned value, or from a part of a tuple. */
  reply(variable: Variable, index: number | undefined): string
}

/** Always there, under these names. Imports that would like one of them get another. */
export const runLocal = 'run'
export const servicesLocal = 'services'

export function chainLocals(plan: FramePlan, chainFunction: string): ChainLocals {
  const frames = flatten(plan.frames)
  const requests = frames.flatMap(requestsOf)
  const reserved = new Set([runLocal, servicesLocal, chainFunction, 'value', 'names', 'name', 'thrown'])
  const names = chooseNames(requests, reserved)
  const find = (key: string): string => {
    const name = names.get(key)
    if (name === undefined) throw new Error(`the chain of ${plan.chain.message.name} has no name for ${key}`)
    return name
  }
  return {
    taken: new Set([...reserved, ...names.values()]),
    of: (variable) => find(`${variable.id}`),
    part: (variable, index) => find(`${variable.id}.${index}`),
    each: (variable, index) => find(`${keyOfPart(variable, index)} each`),
    teller: (variable, index, wrapper) => find(`${keyOfPart(variable, index)} teller ${wrapper ?? ''}`),
    reply: (variable, index) => find(`${keyOfPart(variable, index)} reply`),
  }
}

function requestsOf(frame: Frame): readonly NameRequest[] {
  if (frame.kind === 'cascade') return [...partRequests(frame.uses, undefined, frame.returns), ...replyRequests(frame)]
  if (frame.kind === 'call-middleware') {
    const qualifiers = [frame.middleware.function.kind === 'function' ? frame.middleware.function.export : frame.middleware.function.method]
    return frame.makes.flatMap((made) => (made === undefined ? [] : { key: `${made.id}`, hint: made.hint, qualifiers }))
  }
  if (frame.kind === 'around') {
    return [frame.makes, frame.answer].flatMap((made) => (made === undefined ? [] : { key: `${made.id}`, hint: made.hint }))
  }
  if (frame.kind === 'whatever-happens') return frame.error === undefined ? [] : [{ key: `${frame.error.id}`, hint: frame.error.hint }]
  const made = 'makes' in frame ? frame.makes : undefined
  return made === undefined ? [] : [{ key: `${made.id}`, hint: made.hint }]
}

function partRequests(variable: Variable, index: number | undefined, part: ReturnShape): readonly NameRequest[] {
  if (part.kind === 'tuple') {
    return part.elements.flatMap((element, position) => [
      ...(element.kind === 'nothing' ? [] : [{ key: `${variable.id}.${position}`, hint: partHint(element), qualifiers: [`${position + 1}`] }]),
      ...partRequests(variable, position, element),
    ])
  }
  const key = keyOfPart(variable, index)
  const qualifiers = index === undefined ? [] : [`${index + 1}`]
  return [
    ...(part.kind === 'many' ? [{ key: `${key} each`, hint: elementHint(part), qualifiers }] : []),
    ...toldGroupsOf(part).map(({ wrapper }) => ({
      key: `${key} teller ${wrapper ?? ''}`,
      hint: 'messageOf',
      qualifiers: [...(wrapper === undefined ? [] : [wrapper]), ...qualifiers],
    })),
  ]
}

/** Names for what is picked: from the value as a whole, and from each part of a tuple. */
function replyRequests({ replies, returns, uses }: Extract<Frame, { readonly kind: 'cascade' }>): readonly NameRequest[] {
  if (!replies || isWhole(returns)) return []
  const hintOf = ({ kind }: ReturnShape): string => (kind === 'many' ? 'replies' : 'reply')
  if (returns.kind !== 'tuple') return [{ key: `${uses.id} reply`, hint: hintOf(returns) }]
  const named = isReplyNamed(returns)
  const parts = returns.elements.flatMap((part, index): readonly NameRequest[] =>
    replyOfPart(part, named).kind !== 'nothing' && isPicked(part, named)
      ? [{ key: `${keyOfPart(uses, index)} reply`, hint: hintOf(part), qualifiers: [`${index + 1}`] }]
      : [],
  )
  return returns.optional ? [{ key: `${uses.id} reply`, hint: 'reply' }, ...parts] : parts
}

function keyOfPart(variable: Variable, index: number | undefined): string {
  return index === undefined ? `${variable.id}` : `${variable.id}.${index}`
}

function partHint(part: ReturnShape): string {
  return part.kind === 'many' ? `${elementHint(part)}s` : elementHint(part)
}

function elementHint(part: ReturnShape): string {
  if (part.kind !== 'one' && part.kind !== 'many') return 'outgoing'
  const names = [...part.alternatives.map(({ message }) => message), ...(part.sideEffects ?? []).map(({ name }) => name)]
  const [first] = names
  return first === undefined || names.length > 1 ? 'outgoing' : identifier(kebabCase(first))
}
