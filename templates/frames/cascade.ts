import { block, indent, literal, type Code } from '../code.ts'
import { condition, type ToldTest } from '../tell-apart.ts'

/** How the name of an outgoing message is known: there is only one, or a function tells. */
export type MessageName = { readonly literal: string } | { readonly toldBy: string }

/** What is done with a value, or an element of a list, that is one of its alternatives. */
export type CascadeAction =
  | {
      readonly kind: 'message'
      readonly name: MessageName
      /** The value is a wrapper around the message. */
      readonly wrapped: boolean
      readonly sent: boolean
      /** It is the reply, or an element of it. */
      readonly kept: boolean
    }
  | { readonly kind: 'side-effect'; readonly arguments: readonly string[]; readonly async: boolean }

/** What tells an alternative from the others; nothing for the last. */
export type CascadeTest =
  | { readonly kind: 'wrapper'; readonly guard: string; readonly wrapper: string }
  | { readonly kind: 'effect'; readonly guard: string; readonly and: ToldTest | undefined }
  | { readonly kind: 'rest' }

export interface CascadeBranch {
  readonly test: CascadeTest
  readonly action: CascadeAction
}

export interface CascadeBranches {
  readonly branches: readonly CascadeBranch[]
  /** What is thrown for a value that is none of these; `undefined` where the last branch takes the rest. */
  readonly otherwise: string | undefined
}

/** A variable for what is picked as the reply, and its type: that of an element for lists. */
export interface PickedReply {
  readonly local: string
  readonly type: string
}

/** A returned value with the names that its parts have in the chain. */
export type CascadeFrame =
  | ({ readonly kind: 'one'; readonly value: string; readonly optional: boolean; readonly reply: PickedReply | undefined } & CascadeBranches)
  | ({
      readonly kind: 'many'
      readonly value: string
      /** What an element is called in the loop. */
      readonly each: string
      readonly optional: boolean
      /** Some elements may be nothing. */
      readonly sparse: boolean
      /** Elements are waited for. */
      readonly async: boolean
      readonly reply: PickedReply | undefined
    } & CascadeBranches)
  | {
      readonly kind: 'tuple'
      readonly value: string
      readonly elements: readonly (CascadeFrame | undefined)[]
      readonly optional: boolean
      /** Where the tuple may be missing: what its parts come to. */
      readonly reply: (PickedReply & { readonly value: string }) | undefined
    }

/** Spells cascade. */
export function cascade(run: string, frame: CascadeFrame): Code {
  switch (frame.kind) {
    case 'one': {
      const { reply, value } = frame
      const isCertain = !frame.optional && frame.branches.length === 1
      if (reply !== undefined && isCertain) return branches(run, value, frame, (message) => `const ${reply.local} = ${message}`)
      const steps = branches(run, value, frame, reply && ((message) => `${reply.local} = ${message}`))
      return [reply && `let ${reply.local}: ${reply.type}`, frame.optional ? guarded(`if (${value} != null)`, steps) : steps]
    }
    case 'many': {
      const { reply, each } = frame
      const steps = branches(run, each, frame, reply && ((message) => `${reply.local}.push(${message})`))
      const list = frame.optional ? `${frame.value} ?? []` : frame.value
      const head = `for${frame.async ? ' await' : ''} (const ${each} of ${list})`
      const present = frame.sparse ? guarded(`if (${each} != null)`, steps) : steps
      return [reply && `const ${reply.local}: ${listOf(reply.type)} = []`, guarded(head, present)]
    }
    case 'tuple': {
      const { reply } = frame
      const names = frame.elements.map((element) => element?.value ?? '')
      const parts = [`const [${names.join(', ')}] = ${frame.value}`, frame.elements.map((element) => element && cascade(run, element))]
      if (!frame.optional) return parts
      return [reply && `let ${reply.local}: ${reply.type}`, block(`if (${frame.value} != null) {`, [parts, reply && `${reply.local} = ${reply.value}`])]
    }
  }
}

/** One statement after a head stands in its line; several stand in a block. */
function guarded(head: string, steps: Code): Code {
  return typeof steps === 'string' ? `${head} ${steps}` : block(`${head} {`, steps)
}

function listOf(type: string): string {
  return `${type.includes(' | ') ? `(${type})` : type}[]`
}

type Keep = (message: string) => string

function branches(run: string, value: string, { branches: list, otherwise }: CascadeBranches, keep: Keep | undefined): Code {
  const [only] = list
  if (only !== undefined && list.length === 1 && otherwise === undefined) return perform(run, value, only.action, keep)
  const cases = list.map(({ test, action }): Code => {
    const asked = conditionOf(test, value)
    return [asked === undefined ? 'else' : `if (${asked})`, perform(run, value, action, keep)]
  })
  const all = otherwise === undefined ? cases : [...cases, ['else', `throw ${otherwise}`]]
  return all.flatMap((one, index): Code[] => {
    const [head, body] = one as readonly [string, Code]
    const opened = index === 0 ? `${head} {` : head === 'else' ? '} else {' : `} else ${head} {`
    return [opened, indent(body), ...(index === all.length - 1 ? ['}'] : [])]
  })
}

function conditionOf(test: CascadeTest, value: string): string | undefined {
  switch (test.kind) {
    case 'wrapper':
      return `${test.guard}(${value}, ${literal(test.wrapper)})`
    case 'effect':
      if (test.and?.kind === 'class') return condition(test.and, value)
      return `${test.guard}(${value})${test.and === undefined ? '' : ` && ${condition(test.and, value)}`}`
    case 'rest':
      return undefined
  }
}

function perform(run: string, value: string, action: CascadeAction, keep: Keep | undefined): Code {
  if (action.kind === 'side-effect') return `${action.async ? 'await ' : ''}${value}.execute(${action.arguments.join(', ')})`
  const message = action.wrapped ? `${value}.message` : value
  const steps: string[] = []
  if (action.sent) steps.push(`${run}.cascade(${nameOf(action.name, message)}, ${message}${action.wrapped ? `, ${value}` : ''})`)
  // A caller elsewhere is sent it under this name.
  else if (action.kept) steps.push(`${run}.reply(${nameOf(action.name, message)}, ${message})`)
  if (action.kept && keep !== undefined) steps.push(keep(message))
  return steps.length === 1 ? steps[0] : steps
}

function nameOf(name: MessageName, message: string): string {
  return 'literal' in name ? literal(name.literal) : `${name.toldBy}(${message})`
}
