import type { AmqpChannel, AmqpConnection } from './amqp.ts'
import { declare, type BrokerObject } from './topology.ts'

/** What is missing or wrong, a sentence each. The broker ends a channel by each objection, so each question has its own. */
export async function checkObjects(
  connection: AmqpConnection,
  objects: readonly BrokerObject[],
  provision: boolean,
): Promise<readonly string[]> {
  const problems: string[] = []
  if (provision) {
    const ours = objects.filter(({ external }) => !external)
    const flaw = await onChannel(connection, (channel) => declare(channel, ours))
    if (flaw !== undefined) problems.push(`what is missing cannot be made: ${flaw}`)
  }
  for (const { label, look } of objects) {
    const flaw = await onChannel(connection, look)
    if (flaw !== undefined) problems.push(`${label}: ${flaw}`)
  }
  return problems
}

/** Rejects when the connection is lost meanwhile: then there is no answer. */
async function onChannel(connection: AmqpConnection, ask: (channel: AmqpChannel) => Promise<unknown>): Promise<string | undefined> {
  const channel = await connection.createChannel()
  channel.on('error', () => undefined)
  try {
    await ask(channel)
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'number') throw error
    return error instanceof Error ? error.message : String(error)
  }
  await channel.close()
  return undefined
}
