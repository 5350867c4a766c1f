import type { ChainLocals } from './chain-locals.ts'
import { groupsOf, isTold, toldGroupsOf, type ReturnGroup } from './return-groups.ts'
import { replyType, unionType, type MessagesByName } from './reply-type.ts'
import type { ModuleNames } from './with-imports.ts'
import { isKept, isPicked, isReplyNamed, isWhole, replyOf, replyOfPart } from '../chain/reply-of.ts'
import type { AlternativeTest, ReturnAlternative, ReturnedMany, ReturnedOne, ReturnShape } from '../discover/discovered.ts'
import type { Frame } from '../resolve/frames/frame.ts'
import type { Variable } from '../resolve/variable.ts'
import { literal } from '../../templates/code.ts'
import type { CascadeBranch, CascadeBranches, CascadeFrame, CascadeTest, MessageName, PickedReply } from '../../templates/frames/cascade.ts'
import type { ReplyFrame } from '../../templates/frames/reply.ts'
import type { TellApart, ToldAlternative, ToldTest } from '../../templates/tell-apart.ts'

type Cascade = Extract<Frame, { readonly kind: 'cascade' }>
type Part = ReturnedOne | ReturnedMany

/** What returned values are lowered with. */
export interface CascadeLowering {
  readonly locals: ChainLocals
  readonly names: ModuleNames
  readonly messages: MessagesByName
  /** A variable as an argument. */
  readonly argument: (variable: Variable) => string
}

/** A returned value as the template spells it. `undefined` where it holds nothing. */
export function lowerCascade(frame: Cascade, lowering: CascadeLowering): CascadeFrame | undefined {
  const { returns, uses } = frame
  const { locals, messages, names } = lowering
  if (returns.kind === 'nothing') return undefined
  const value = locals.of(uses)
  if (returns.kind !== 'tuple') return lowerPart(frame, returns, value, undefined, lowering)
  const elements = returns.elements.map((element, index) =>
    element.kind === 'one' || element.kind === 'many'
      ? lowerPart(frame, element, locals.part(uses, index), index, lowering)
      : undefined,
  )
  // What is picked inside the block for a tuple that may be missing has to be known outside.
  const picks = frame.replies && returns.optional && !isWhole(returns)
  const type = replyType(replyOf(returns), messages, names, 'undefined')
  const reply = picks ? { local: locals.reply(uses, undefined), type, value: partsInReply(returns, uses, locals) } : undefined
  return { kind: 'tuple', value, elements, optional: returns.optional, reply }
}

/** What a chain returns of what its handler did. */
export function lowerReply({ uses, returns }: Extract<Frame, { readonly kind: 'reply' }>, locals: ChainLocals): ReplyFrame {
  if (isWhole(returns)) return { value: locals.of(uses), optional: returns.kind !== 'nothing' && returns.optional }
  if (returns.kind === 'tuple' && !returns.optional) return { value: partsInReply(returns, uses, locals), optional: false }
  return { value: locals.reply(uses, undefined), optional: false }
}

/** The parts of a tuple that are in the reply: one of them alone, or a tuple of theirs. */
function partsInReply(returns: Extract<ReturnShape, { readonly kind: 'tuple' }>, uses: Variable, locals: ChainLocals): string {
  const named = isReplyNamed(returns)
  const kept = returns.elements.flatMap((element, index) => {
    const shape = replyOfPart(element, named)
    if (shape.kind === 'nothing') return []
    const local = isPicked(element, named) ? locals.reply(uses, index) : locals.part(uses, index)
    return { local, mayBeNull: !isPicked(element, named) && shape.optional }
  })
  const [first] = kept
  if (kept.length === 1 && first !== undefined) return first.mayBeNull ? `${first.local} ?? undefined` : first.local
  return `[${kept.map(({ local }) => local).join(', ')}]`
}

function lowerPart(frame: Cascade, part: Part, value: string, index: number | undefined, lowering: CascadeLowering): CascadeFrame {
  const { locals } = lowering
  const branches = lowerBranches(frame, part, index, lowering)
  const reply = pickedReply(frame, part, index, lowering)
  if (part.kind === 'one') return { kind: 'one', value, optional: part.optional, reply, ...branches }
  const sparse = part.sparse === true
  const each = locals.each(frame.uses, index)
  return { kind: 'many', value, each, optional: part.optional, sparse, async: part.iterated === 'async', reply, ...branches }
}

function pickedReply(frame: Cascade, part: Part, index: number | undefined, lowering: CascadeLowering): PickedReply | undefined {
  const { locals, messages, names } = lowering
  const named = isReplyNamed(frame.returns)
  const shape = replyOfPart(part, named)
  if (!frame.replies || shape.kind === 'nothing' || shape.kind === 'tuple' || !isPicked(part, named)) return undefined
  const type = shape.kind === 'many' ? unionType(shape.alternatives, messages, names) : replyType(shape, messages, names, 'undefined')
  return { local: locals.reply(frame.uses, index), type }
}

function lowerBranches(frame: Cascade, part: Part, index: number | undefined, lowering: CascadeLowering): CascadeBranches {
  const { names, argument } = lowering
  const groups = groupsOf(part)
  // One alternative alone is asked for nothing.
  const isOnly = groups.length + (part.sideEffects?.length ?? 0) === 1
  const effects = (part.sideEffects ?? []).map((effect): CascadeBranch => {
    const uses = frame.effects.find((one) => one.effect === effect)?.uses ?? []
    const action = { kind: 'side-effect', arguments: uses.map(argument), async: effect.async } as const
    return { test: isOnly ? { kind: 'rest' } : effectTest(effect.test, names), action }
  })
  const named = isReplyNamed(frame.returns)
  const messages = groups.map(({ wrapper, alternatives }): CascadeBranch => {
    const name = nameOfMessage(frame, { wrapper, alternatives }, index, lowering)
    const kept = frame.replies && alternatives.every((one) => isKept(one, named))
    return {
      test: isOnly || wrapper === undefined ? { kind: 'rest' } : { kind: 'wrapper', guard: names.runtimeValue('isWrapped'), wrapper },
      action: { kind: 'message', name, wrapped: wrapper !== undefined, sent: wrapper !== 'reply', kept },
    }
  })
  const branches = [...effects, ...messages]
  return { branches, otherwise: branches.at(-1)?.test.kind === 'rest' ? undefined : lowerOtherwise(frame, part, names) }
}

/** A class says it all; another sign is one among side effects. */
function effectTest(test: AlternativeTest, names: ModuleNames): CascadeTest {
  const and = test.kind === 'only' ? undefined : lowerTest(test, false, names)
  return { kind: 'effect', guard: and?.kind === 'class' ? '' : names.runtimeValue('isSideEffect'), and }
}

/** Never a guess: a value that is none of its alternatives fails. */
function lowerOtherwise({ handler }: Cascade, part: Part, names: ModuleNames): string {
  const all = [...part.alternatives.map(({ message }) => message), ...(part.sideEffects ?? []).map(({ name }) => name)]
  const list = [...new Set(all)].map(literal).join(', ')
  return `${names.runtimeValue('ambiguousReturn')}(${literal(handler)}, [${list}])`
}

function nameOfMessage(
  { handler, uses }: Cascade,
  group: ReturnGroup,
  index: number | undefined,
  { locals }: CascadeLowering,
): MessageName {
  const [first] = group.alternatives
  if (first === undefined) throw new Error(`${handler} returns a union of nothing`)
  return isTold(group) ? { toldBy: locals.teller(uses, index, group.wrapper) } : { literal: first.message }
}

/** The functions that tell the unions in a returned value apart. */
export function lowerTellers(frame: Cascade, locals: ChainLocals, messages: MessagesByName, names: ModuleNames): readonly TellApart[] {
  const { returns, uses, handler } = frame
  const parts = returns.kind === 'tuple' ? returns.elements : [returns]
  return parts.flatMap((part, position) => {
    return toldGroupsOf(part).map(({ wrapper, alternatives }) => ({
      function: locals.teller(uses, returns.kind === 'tuple' ? position : undefined, wrapper),
      type: unionType(alternatives, messages, names),
      alternatives: alternatives.map((alternative) => lowerAlternative(alternative, alternatives, names)),
      handler,
      ambiguousReturn: names.runtimeValue('ambiguousReturn'),
    }))
  })
}

function lowerAlternative(
  { message, test }: ReturnAlternative,
  siblings: readonly ReturnAlternative[],
  names: ModuleNames,
): ToldAlternative {
  if (test.kind === 'only') throw new Error(`${message} is one of several messages, and nothing tells it from the others`)
  const everywhere = test.kind === 'literal' && siblings.every((one) => one.test.kind === 'literal' && one.test.member === test.member)
  return { message, test: lowerTest(test, everywhere, names) }
}

function lowerTest(test: Exclude<AlternativeTest, { readonly kind: 'only' }>, everywhere: boolean, names: ModuleNames): ToldTest {
  switch (test.kind) {
    case 'class':
      return { kind: 'class', class: names.value({ file: test.file }, test.name) }
    case 'literal':
      return { ...test, everywhere }
    case 'member':
      return test
  }
}
