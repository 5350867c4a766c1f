import type { AnyChain } from './chain.ts'
import type { ChainRun } from './chain-run.ts'
import type { MessageRun } from './message-run.ts'

/**
 * What happens to a message whose handlers have it each for themselves, where it arrives from another
 * app: it goes on to the queues of all of them, under its own id, and is completed with that.
 */
export function goingOn(message: string): AnyChain {
  // The dispatcher gives its own runs, which can do more than generated code may ask of them.
  const handle = async (run: ChainRun<unknown>): Promise<void> => (run as MessageRun).goOn()
  return { message, handle, transaction: undefined, cascades: [], handlers: [] }
}
