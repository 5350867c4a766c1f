import { nonTransactional, onError, orderingKey, parallelism, policies, queue, separate, timeout, type ChainFacts, type Policy } from 'jasper-runtime/config'

interface ChargeCard {
  readonly accountId: string
  readonly cents: number
  readonly order: { readonly id: bigint }
  readonly note?: string
}

/** What a user writes. */
export const policy = policies(
  onError(RangeError).retry('50ms').thenDeadLetter(),
  timeout('10s'),
  queue('payments'),
  parallelism(4),
  orderingKey<ChargeCard>('accountId'),
  separate(),
  nonTransactional(),
)
export const each: readonly Policy[] = [
  orderingKey<ChargeCard>('cents'),
  orderingKey<ChargeCard>('note'),
  orderingKey<ChargeCard>(({ order }) => order.id),
  orderingKey((charge: ChargeCard) => charge.accountId),
  orderingKey<ChargeCard | { readonly accountId: string }>('accountId'),
  [timeout(500), separate(false), nonTransactional(false)],
]
export const ofAll = policies(timeout('30s'), ({ handlers }: ChainFacts) => (handlers.length > 1 ? parallelism(1) : undefined))
export const isSeparate: true = policy.parts[5].on
export const isInNone: true = policy.parts[6].on

// @ts-expect-error -- no member of the message
orderingKey<ChargeCard>('acountId')
// @ts-expect-error -- an object is no key
orderingKey<ChargeCard>('order')
// @ts-expect-error -- nor is what a function makes of it
orderingKey<ChargeCard>(({ order }) => order)
// @ts-expect-error -- of which message?
orderingKey('accountId')
// @ts-expect-error -- of all messages of a union
orderingKey<ChargeCard | { readonly id: string }>('accountId')
// @ts-expect-error -- no unit
timeout('10 seconds')
// @ts-expect-error -- says which errors, and not what becomes of the message
policies(onError(RangeError))
// @ts-expect-error -- a function answers with a policy
policies(() => 'payments')
