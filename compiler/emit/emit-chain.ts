import { chainLocals, runLocal, servicesLocal } from './chain-locals.ts'
import { lowerTellers } from './lower-cascade.ts'
import { lowerFrames } from './lower-frame.ts'
import { identifier, kebabCase } from './name-scope.ts'
import { namingOf, type ProjectEmit } from './project-emit.ts'
import { replyType } from './reply-type.ts'
import { spellProvided } from './spell-provided.ts'
import { spellType } from './spell-type.ts'
import { withImports, type ModuleNames } from './with-imports.ts'
import type { EmittedModule } from './emitted-module.ts'
import type { ReturnShape } from '../discover/discovered.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { flatten } from '../resolve/frames/flatten.ts'
import { replyOf } from '../chain/reply-of.ts'
import { chainModule, type ChainModule } from '../../templates/chain-module.ts'
import { tellApart } from '../../templates/tell-apart.ts'

/** The module of one chain: `place-order.chain.ts`. */
export function emitChain(plan: FramePlan, project: ProjectEmit): EmittedModule {
  const { message, handlers } = plan.chain
  const path = chainPath(plan, project)
  const chainFunction = chainFunctionName(plan, project)
  const locals = chainLocals(plan, chainFunction)
  const place = { module: path, outputFolder: project.outputFolder, style: project.style, taken: locals.taken }
  const { written, imports } = withImports(place, (names) => ({
    run: { name: runLocal, type: `${names.runtimeType('ChainRun')}<${spellType(message.type, names)}>` },
    services: servicesOf(plan, project, names),
    returns: replyType(returnsOf(plan), project.messages, names, 'void'),
    body: lowerFrames(plan.frames, { project, locals, names }),
    tellers: flatten(plan.frames)
      .flatMap((frame) => (frame.kind === 'cascade' ? lowerTellers(frame, locals, project.messages, names) : []))
      .map(tellApart),
  }))
  const sources = [...new Set(handlers.map((handler) => handler.function.file))].sort()
  const text = chainModule({ ...written, sources, imports, function: chainFunction, description: describe(plan) })
  return { path, text, message: message.name }
}

/** What the chain takes from the app: services, and what providers have made for it, sorted by name. */
function servicesOf(plan: FramePlan, { singletons }: ProjectEmit, names: ModuleNames): ChainModule['services'] {
  const members = [
    ...plan.services.map(({ name, type }) => ({ name, type: spellType(type, names) })),
    ...plan.singletons.map((one) => ({ name: singletons.nameOf(one), type: spellProvided(one.provider, names) })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1))
  return members.length === 0 ? undefined : { name: servicesLocal, members }
}

/** Relative to the output folder. */
export function chainPath(plan: FramePlan, project: ProjectEmit): string {
  const { message, separate } = plan.chain
  const { kebab } = namingOf(project, message.name)
  return separate === undefined ? `${kebab}.chain.ts` : `${kebab}.${separate.name}.chain.ts`
}

export function chainFunctionName(plan: FramePlan, project: ProjectEmit): string {
  const { message, separate } = plan.chain
  const { camel } = namingOf(project, message.name)
  return separate === undefined ? `${camel}Chain` : identifier(`${camel} ${kebabCase(separate.name)} chain`)
}

/** What of the replying handler's value is the reply. */
export function returnsOf({ chain }: FramePlan): ReturnShape {
  const replying = chain.replying === undefined ? undefined : chain.handlers[chain.replying]
  return replying === undefined ? { kind: 'nothing' } : replyOf(replying.returns)
}

function describe({ chain, integration }: FramePlan): string {
  const around = chain.middleware?.length ?? 0
  const functions = around === 1 ? 'one function' : `${numbers[around] ?? around} functions`
  const steps = around === 0 ? '' : ` and ${functions} around ${chain.handlers.length === 1 ? 'it' : 'them'}`
  const count = chain.handlers.length
  const one = chain.separate === undefined ? 'one handler' : 'one handler, which has the message for itself'
  const handlers = count === 1 ? one : `${numbers[count] ?? count} handlers`
  return `${chain.message.name}: ${handlers}${steps}${integration === undefined ? '' : `, in a ${integration} transaction`}.`
}

const numbers: readonly string[] = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
