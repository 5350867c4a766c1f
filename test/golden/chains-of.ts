import { buildChains } from '../../compiler/chain/build-chains.ts'
import type { Project } from '../../compiler/config/project.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import { discoverHandlers } from '../../compiler/discover/discover-handlers.ts'

/** The chains of a project as `want/chains.json` holds them. Throws when there is a problem. */
export function chainsOf(project: Project): string {
  const bag = new DiagnosticBag()
  const chains = buildChains(discoverHandlers(project, bag).discovered, bag)
  const [problem] = bag.list()
  if (problem !== undefined) throw new Error(`${problem.code} ${problem.message}`)
  return `${JSON.stringify(chains, undefined, 2)}\n`
}
