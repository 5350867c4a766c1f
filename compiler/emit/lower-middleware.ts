import { runLocal, type ChainLocals } from './chain-locals.ts'
import { spellType } from './spell-type.ts'
import type { ModuleNames } from './with-imports.ts'
import { valuesOf } from '../resolve/middleware-values.ts'
import { spellable } from '../resolve/spellable.ts'
import type { HandlerFunction } from '../discover/discovered.ts'
import type { Frame, KeptValue } from '../resolve/frames/frame.ts'
import type { MiddlewareResult } from '../../templates/frames/call-middleware.ts'
import { literal } from '../../templates/code.ts'

/** What becomes of what a function of middleware returns, as the template spells it. */
export function lowerMiddlewareResult(
  { middleware: { returns }, makes }: Extract<Frame, { readonly kind: 'call-middleware' }>,
  locals: ChainLocals,
  names: ModuleNames,
): MiddlewareResult {
  const last = makes.findLastIndex((variable) => variable !== undefined)
  const made = makes.slice(0, last + 1).map((variable) => variable && locals.of(variable))
  const [local] = made
  if (local === undefined && made.length === 0) return { kind: 'nothing' }
  switch (returns.kind) {
    case 'nothing':
      return { kind: 'nothing' }
    case 'work':
      throw new Error('a step around others is no call of middleware')
    case 'value':
    case 'messages':
      return { kind: 'one', local: local ?? '' }
    case 'members':
      return { kind: 'members', members: returns.values.flatMap(({ name }, index) => (made[index] === undefined ? [] : { name, local: made[index] })) }
    case 'elements':
      return { kind: 'elements', locals: made }
    case 'reasons':
      return { kind: 'reasons', local: local ?? '', optional: returns.optional, run: runLocal, rejected: names.runtimeValue('rejected') }
  }
}

/** The type of a value that is declared before it is made: by its name, else as what its maker returns. */
export function keptType({ maker, index }: KeptValue, names: ModuleNames): string {
  const value = valuesOf(maker.returns)[index]
  if (value !== undefined && spellable(value.type)) return `${spellType(value.type, names)}${value.type.nullable === undefined ? '' : ' | null'}`
  const whole = `Awaited<ReturnType<${functionType(maker.function, names)}>>`
  if (maker.returns.kind === 'members') return `${whole}[${literal(value?.name ?? '')}]`
  return maker.returns.kind === 'elements' ? `${whole}[${index}]` : whole
}

function functionType(called: HandlerFunction, names: ModuleNames): string {
  const exported = names.value({ file: called.file }, called.export)
  if (called.kind === 'function') return `typeof ${exported}`
  return called.kind === 'static-method' ? `typeof ${exported}[${literal(called.method)}]` : `${exported}[${literal(called.method)}]`
}
