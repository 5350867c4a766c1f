import { createRequire } from 'node:module'
import { JasperError } from '../../errors/jasper-error.ts'

/**
 * What is used of amqplib 2: https://amqp-node.github.io/amqplib/. Spelt here, so that nobody needs its
 * types who does not use RabbitMQ; the driver suite runs against the package itself.
 */
export interface Amqplib {
  connect(to: ConnectTo, options: Readonly<Record<string, unknown>>): Promise<AmqpConnection>
}

export interface ConnectTo {
  readonly protocol: 'amqp' | 'amqps'
  readonly hostname: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly vhost: string
  readonly heartbeat: number
}

interface Emitter {
  on(event: 'close' | 'drain' | 'unblocked', listener: (error?: Error) => void): unknown
  on(event: 'error', listener: (error: AmqpError) => void): unknown
  on(event: 'blocked', listener: (reason: string) => void): unknown
}

export interface AmqpConnection extends Emitter {
  /** Its stream is no published member; it ends a connection whose other side is silent. */
  readonly connection: { readonly stream?: { destroy(): void } }
  createChannel(): Promise<AmqpChannel>
  createConfirmChannel(): Promise<AmqpConfirmChannel>
  close(): Promise<void>
}

/** With the reply code of the broker where it closed a channel or a connection. */
export interface AmqpError extends Error {
  readonly code?: number | string
}

export type AmqpArguments = Readonly<Record<string, unknown>>

export interface AmqpChannel extends Emitter {
  on(event: 'close' | 'drain' | 'unblocked', listener: (error?: Error) => void): unknown
  on(event: 'error', listener: (error: AmqpError) => void): unknown
  on(event: 'blocked', listener: (reason: string) => void): unknown
  on(event: 'return', listener: (message: AmqpReturned) => void): unknown
  assertQueue(name: string, options: { durable: boolean; arguments: AmqpArguments }): Promise<QueueState>
  checkQueue(name: string): Promise<QueueState>
  bindQueue(queue: string, exchange: string, key: string, args: AmqpArguments): Promise<unknown>
  assertExchange(name: string, type: string, options: { durable: boolean; arguments: AmqpArguments }): Promise<unknown>
  checkExchange(name: string): Promise<unknown>
  bindExchange(to: string, from: string, key: string, args: AmqpArguments): Promise<unknown>
  prefetch(count: number): Promise<unknown>
  /** `null`: the broker has ended the consumer. */
  consume(queue: string, receive: (message: AmqpMessage | null) => void, options: { noAck: boolean }): Promise<Consuming>
  cancel(consumerTag: string): Promise<unknown>
  ack(message: AmqpMessage): void
  nack(message: AmqpMessage, allUpTo: boolean, requeue: boolean): void
  close(): Promise<void>
}

export interface AmqpConfirmChannel extends AmqpChannel {
  publish(exchange: string, key: string, body: Buffer, properties: AmqpPublish, confirm: (error: Error | null) => void): boolean
}

export interface Consuming {
  readonly consumerTag: string
}

export interface QueueState {
  readonly messageCount: number
}

/** The properties of a message, by amqplib's names. */
export interface AmqpProperties {
  readonly messageId?: string | undefined
  readonly type?: string | undefined
  readonly contentType?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly correlationId?: string | undefined
  readonly replyTo?: string | undefined
  /** Seconds since 1970. */
  readonly timestamp?: number | undefined
  /** Milliseconds, decimal: the broker drops the message after them. */
  readonly expiration?: string | undefined
  readonly appId?: string | undefined
  readonly priority?: number | undefined
  readonly headers?: AmqpArguments | undefined
}

export interface AmqpPublish extends AmqpProperties {
  readonly persistent: boolean
  readonly mandatory: boolean
}

export interface AmqpMessage {
  readonly fields: { readonly redelivered: boolean; readonly exchange: string; readonly routingKey: string }
  readonly properties: AmqpProperties
  readonly content: Buffer
}

export interface AmqpReturned {
  readonly fields: { readonly replyCode: number; readonly replyText: string }
  readonly properties: AmqpProperties
}

/** amqplib, an optional peer, or `JASPER_MISSING_PEER`. Required rather than imported, as pg is. */
export function loadAmqplib(): Amqplib {
  try {
    return createRequire(import.meta.url)('amqplib') as Amqplib
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'MODULE_NOT_FOUND' || !message.includes("'amqplib'")) throw error
    throw new JasperError('JASPER_MISSING_PEER', 'rabbitmq() needs the package amqplib, which is not installed here. Run: npm install amqplib', {
      cause: error,
    })
  }
}
