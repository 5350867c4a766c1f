import { runLocal, servicesLocal, type ChainLocals } from './chain-locals.ts'
import { lowerCascade, lowerReply } from './lower-cascade.ts'
import { integrationOf, type ProjectEmit } from './project-emit.ts'
import type { ImportOrigin } from './import-table.ts'
import type { ModuleNames } from './with-imports.ts'
import { importedName } from './imported-name.ts'
import { handlerPlace } from '../chain/handler-name.ts'
import { providerPlace } from '../resolve/bound-provider.ts'
import type { AroundCall } from '../resolve/frames/around-call.ts'
import type { Frame } from '../resolve/frames/frame.ts'
import type { Variable } from '../resolve/variable.ts'
import type { HandlerFunction } from '../discover/discovered.ts'
import { keptType, lowerMiddlewareResult } from './lower-middleware.ts'
import { constant, memberOf, paragraphs, type Code } from '../../templates/code.ts'
import { around } from '../../templates/frames/around.ts'
import { callHandler } from '../../templates/frames/call-handler.ts'
import { callProvider } from '../../templates/frames/call-provider.ts'
import { callMiddleware } from '../../templates/frames/call-middleware.ts'
import { cascade } from '../../templates/frames/cascade.ts'
import { constructHandler } from '../../templates/frames/construct-handler.ts'
import { keep } from '../../templates/frames/keep.ts'
import { readRun } from '../../templates/frames/read-run.ts'
import { reply } from '../../templates/frames/reply.ts'
import { settle } from '../../templates/frames/settle.ts'
import { place } from '../../templates/place.ts'
import { handleOf } from '../../templates/handle-of.ts'
import { whateverHappens } from '../../templates/frames/whatever-happens.ts'

/** What the frames of one chain are lowered with. */
export interface ChainLowering {
  readonly project: ProjectEmit
  readonly locals: ChainLocals
  readonly names: ModuleNames
}

/** Frames as code: what is read off the run in one statement, then each handler's steps as a paragraph. */
export function lowerFrames(frames: readonly Frame[], lowering: ChainLowering): readonly Code[] {
  const reads = frames.flatMap((frame) => (frame.kind === 'read-run' ? frame.makes : []))
  const members = reads.map((makes) => ({ member: runMember(makes), local: lowering.locals.of(makes) }))
  const steps = frames.filter((frame) => frame.kind !== 'read-run')
  return [members.length === 0 ? undefined : readRun(runLocal, members), ...inParagraphs(steps, lowering)]
}

/**
 * A paragraph for each handler, headed by its place: the construction of its instance, its call, and
 * what becomes of its value. Settling is a paragraph of its own, with the reply at its end.
 */
function inParagraphs(steps: readonly Frame[], lowering: ChainLowering): readonly Code[] {
  const paragraphs: Code[][] = []
  steps.forEach((frame, index) => {
    const code = lowerFrame(frame, lowering)
    const follows = frame.kind === 'cascade' || frame.kind === 'keep' || frame.kind === 'reply' || steps[index - 1]?.kind === 'construct-handler'
    const last = paragraphs.at(-1)
    if (follows && last !== undefined) last.push(code)
    else paragraphs.push([headOf(steps.slice(index)), code])
  })
  return paragraphs
}

/** The place of the handler whose steps come first. */
function headOf([frame, next]: readonly Frame[]): Code {
  if (frame?.kind === 'call-provider') return place(providerPlace(frame.provider))
  const handler = frame?.kind === 'construct-handler' ? next : frame
  if (handler?.kind === 'around') return handler.calls.kind === 'step' ? place(handlerPlace(handler.calls.middleware.function)) : undefined
  if (handler?.kind === 'call-middleware') return place(handlerPlace(handler.middleware.function))
  return handler?.kind === 'call-handler' ? place(handlerPlace(handler.function)) : undefined
}

function lowerFrame(frame: Frame, lowering: ChainLowering): Code {
  const { locals, names, project } = lowering
  const argument = (variable: Variable): string => argumentFor(variable, lowering)
  switch (frame.kind) {
    case 'read-run':
      return readRun(runLocal, [{ member: runMember(frame.makes), local: locals.of(frame.makes) }])
    case 'around':
      return around({
        callee: aroundCallee(frame.calls, lowering),
        arguments: frame.uses.map(argument),
        receives: frame.makes && locals.of(frame.makes),
        head: frame.answer !== undefined ? `const ${locals.of(frame.answer)} = await` : hasReply(frame.inside) ? 'return await' : 'await',
        body: paragraphs(...lowerFrames(frame.inside, lowering)),
      })
    case 'call-provider':
      return callProvider({
        local: locals.of(frame.makes),
        callee: importedName(frame.provider, names),
        arguments: frame.uses.map(argument),
        async: frame.provider.async,
        disposedBy: frame.provider.disposable ? runLocal : undefined,
      })
    case 'construct-handler':
      return constructHandler({
        local: locals.of(frame.makes),
        class: names.value(originOf(frame.class), frame.class.export),
        arguments: frame.uses.map(argument),
      })
    case 'call-handler':
      return callHandler({
        callee: calleeOf(frame.function, frame.on, lowering),
        arguments: frame.uses.map(argument),
        async: frame.async,
        result: frame.makes === undefined ? undefined : locals.of(frame.makes),
      })
    case 'call-middleware':
      return callMiddleware({
        callee: calleeOf(frame.middleware.function, frame.on, lowering),
        arguments: frame.uses.map(argument),
        async: frame.middleware.async,
        result: lowerMiddlewareResult(frame, locals, names),
      })
    case 'keep':
      return keep(locals.of(frame.makes), locals.of(frame.uses))
    case 'whatever-happens':
      return whateverHappens({
        declared: frame.keeps.map((kept) => ({ local: locals.of(kept.variable), type: keptType(kept, names) })),
        error: frame.error && locals.of(frame.error),
        body: paragraphs(...lowerFrames(frame.inside, lowering)),
        ends: frame.ends.map((end) => [headOf([end]), lowerFrame(end, lowering)]),
      })
    case 'cascade': {
      const lowered = lowerCascade(frame, { locals, names, messages: project.messages, argument })
      return lowered === undefined ? undefined : cascade(runLocal, lowered)
    }
    case 'settle':
      return settle(runLocal)
    case 'reply':
      return reply(lowerReply(frame, locals))
  }
}

function aroundCallee(calls: AroundCall, lowering: ChainLowering): string {
  return calls.kind === 'transaction' ? memberOf(runLocal, 'inTransaction') : calleeOf(calls.middleware.function, undefined, lowering)
}

/** Whether one of the frames returns, itself or what a step around it gives back. */
function hasReply(frames: readonly Frame[]): boolean {
  return frames.some((frame) => frame.kind === 'reply' || (frame.kind === 'around' && frame.answer === undefined && hasReply(frame.inside)))
}

function originOf({ file, package: name }: { readonly file: string; readonly package?: string }): ImportOrigin {
  return name === undefined ? { file } : { package: name }
}

function calleeOf(called: HandlerFunction, on: Variable | undefined, { locals, names }: ChainLowering): string {
  if (on !== undefined && called.kind !== 'function') return memberOf(locals.of(on), called.method)
  const exported = names.value(originOf(called), called.export)
  return called.kind === 'function' ? exported : memberOf(exported, called.method)
}

function argumentFor(variable: Variable, { locals, names, project }: ChainLowering): string {
  const { source } = variable
  switch (source.kind) {
    case 'service':
      return memberOf(servicesLocal, source.name)
    case 'handle': {
      const { adapter } = integrationOf(project, source.integration)
      return handleOf(runLocal, names.value({ package: adapter.from }, adapter.name))
    }
    case 'provider':
      return source.of.lifetime === 'app' ? memberOf(servicesLocal, project.singletons.nameOf(source.of)) : locals.of(variable)
    case 'value':
      return names.value({ file: source.file }, source.export)
    case 'constant':
      return constant(source.value)
    case 'adapter': {
      const { adapter } = integrationOf(project, source.integration)
      return names.value({ package: adapter.from }, adapter.name)
    }
    case 'nothing':
      return 'undefined'
    default:
      return locals.of(variable)
  }
}

function runMember({ source }: Variable): string {
  return source.kind === 'run' ? source.member : source.kind
}
