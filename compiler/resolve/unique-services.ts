import { pathOf, type Asking } from './asking.ts'
import { sameType } from './same-type.ts'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'

/** A parameter that receives the member `name` of `services`. */
export interface ServiceWish {
  readonly name: string
  readonly asking: Asking
}

/** Reports every parameter that would need a member of `services` to be of another type than an earlier one. */
export function checkServicesAreUnique(wishes: readonly ServiceWish[], bag: DiagnosticBag): void {
  const firstOf = new Map<string, ServiceWish>()
  for (const wish of wishes) {
    const first = firstOf.get(wish.name) ?? wish
    firstOf.set(wish.name, first)
    const [known, other] = [first.asking.parameter, wish.asking.parameter]
    if (sameType(known.type, other.type)) continue
    bag.report('JG4005', { service: wish.name }, {
      span: other.span,
      label: 'another type of that name',
      notes: [{ span: known.span, message: `${known.type.text} is the first` }],
      path: pathOf(wish.asking),
    })
  }
}
