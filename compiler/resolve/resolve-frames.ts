import { askedByConstructor, askedByHandler, askedBySideEffect, type Asking } from './asking.ts'
import { bindMiddleware } from './bound-middleware.ts'
import { chooseIntegration } from './choose-integration.ts'
import { knownProviders } from './known-providers.ts'
import { planChain } from './plan-chain.ts'
import { createSolver, type Solver } from './solve.ts'
import { checkServicesAreUnique, type ServiceWish } from './unique-services.ts'
import type { Surroundings } from './variable-sources.ts'
import type { FramePlan } from './frame-plan.ts'
import type { BoundArgument } from './bound-argument.ts'
import type { BoundHandler } from './handler-frames.ts'
import { returnedSideEffects } from '../chain/returned-messages.ts'
import type { Chain } from '../chain/chain.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'

/**
 * Stage 3: finds a source for every argument and puts the steps of each chain in order.
 *
 * A plan for each chain, in the order of the chains. Where the bag has errors a plan may lack
 * arguments and must not be emitted.
 */
export function resolveFrames(chains: readonly Chain[], around: Surroundings, bag: DiagnosticBag): readonly FramePlan[] {
  const services: ServiceWish[] = []
  const providers = knownProviders(around.providers ?? [])
  const plans = chains.map((chain) => {
    const solver = createSolver(chain, around, providers, bag)
    const plan = resolveChain(chain, solver, bag)
    services.push(...solver.services)
    return plan
  })
  // A service is a member of the app: its name is judged across all chains.
  checkServicesAreUnique(services, bag)
  return plans
}

function resolveChain(chain: Chain, solver: Solver, bag: DiagnosticBag): FramePlan {
  const bind = (asking: Asking): readonly BoundArgument[] => {
    const bound = solver.bind(asking)
    return bound === undefined ? [] : [bound]
  }
  const middleware = bindMiddleware(chain, solver, bag)
  const handlers = chain.handlers.map(
    (handler): BoundHandler => ({
      handler,
      constructorArguments: askedByConstructor(handler).flatMap(bind),
      arguments: askedByHandler(handler).flatMap(bind),
      sideEffects: returnedSideEffects(handler.returns).map((effect) => ({ effect, arguments: askedBySideEffect(effect).flatMap(bind) })),
    }),
  )
  return planChain(chain, { handlers, middleware }, chooseIntegration(chain.message.name, solver.transactions, bag))
}
