export { rabbitmq } from './rabbitmq-transport.ts'
export type { BindingOptions, ExchangeOptions, QueueOptions, RabbitmqOptions } from './options.ts'
export type { MapIncoming, MappedIncoming, MapOutgoing, OutgoingAmqp } from './map-message.ts'
export type { AmqpMessage, AmqpProperties } from './amqp.ts'
