import { RequestFailedError, type MessageBus, type MessageContext } from 'jasper-runtime'

interface PlaceOrder {
  readonly orderId: string
}
interface OrderPlaced {
  readonly total: number
}
interface OrderRejected {
  readonly reason: string
}
interface Messages {
  readonly PlaceOrder: { readonly message: PlaceOrder; readonly reply: OrderPlaced | undefined }
  readonly OrderPlaced: { readonly message: OrderPlaced; readonly reply: undefined }
  readonly OrderRejected: { readonly message: OrderRejected; readonly reply: undefined }
}
declare const bus: MessageBus<Messages>
declare const context: MessageContext<Messages>

/** What a user writes. */
export async function asks(order: PlaceOrder): Promise<void> {
  const own: OrderPlaced | undefined = await bus.request('PlaceOrder', order, { timeout: '10s' })
  const one: OrderPlaced = await bus.request('PlaceOrder', order, { expects: 'OrderPlaced', to: 'rabbitmq://queue/orders' })
  const two: OrderPlaced | OrderRejected = await context.request('PlaceOrder', order, { expects: ['OrderPlaced', 'OrderRejected'] })
  const none: undefined = await bus.request('PlaceOrder', order, { ackRequested: true })
  console.log(own?.total, one.total, 'total' in two ? two.total : two.reason, none)

  // @ts-expect-error -- may be undefined
  const certain: OrderPlaced = await bus.request('PlaceOrder', order)
  // @ts-expect-error -- an acknowledgement has no message in it
  const acknowledged: OrderPlaced = await bus.request('PlaceOrder', order, { ackRequested: true })
  // @ts-expect-error -- no message of this app
  await bus.request('PlaceOrder', order, { expects: 'OrderLost' })
  // @ts-expect-error -- a request is sent now
  await bus.request('PlaceOrder', order, { delay: '1m' })
  // @ts-expect-error -- not its payload
  await bus.request('PlaceOrder', { total: 1 })
  console.log(certain, acknowledged)
}

export function told(error: unknown): string {
  return RequestFailedError.is(error) ? `${error.remote.type}: ${error.remote.message}` : String(error)
}
