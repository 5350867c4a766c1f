import { pathOf, type Asking } from './asking.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Integration } from '../integrations/integration.ts'

/** A parameter that receives the transaction of `integration`. */
export interface TransactionWish {
  readonly asking: Asking
  readonly integration: Integration
}

/**
 * The integration in whose transaction all handlers of a chain run: the one that any of them asks
 * for. A second one is a problem, said with both parameters.
 */
export function chooseIntegration(
  message: string,
  wishes: readonly TransactionWish[],
  bag: DiagnosticBag,
): Integration | undefined {
  const [chosen] = wishes
  for (const wish of wishes) {
    if (chosen === undefined || wish.integration.name === chosen.integration.name) continue
    const first = chosen.integration.name
    const second = wish.integration.name
    bag.report('JG4010', { message, first, second }, {
      span: wish.asking.parameter.span,
      label: `a transaction of ${second}`,
      notes: [{ span: chosen.asking.parameter.span, message: `a transaction of ${first}` }],
      path: pathOf(wish.asking),
    })
  }
  return chosen?.integration
}
