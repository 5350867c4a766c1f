import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'

/** What has not answered by then never will. */
const patienceMs = 10_000

/** How a thread answers. */
export interface Answering {
  /** Where its one answer goes. */
  readonly port: MessagePort
  /** Its first number becomes 1 when that is there. */
  readonly done: SharedArrayBuffer
}

/**
 * What a thread answers that runs the user's own modules, or why there is no answer. Waits for it: compiling is one step
 * after the other. A thread of its own has no modules of earlier builds, and can be ended.
 *
 * @param worker  Without its extension, which is that of `beside`.
 * @param beside  The `import.meta.url` of a module beside it.
 */
export function askThread(worker: string, beside: string, question: object): { readonly answer: unknown } | string {
  const { port1, port2 } = new MessageChannel()
  const done = new SharedArrayBuffer(4)
  const answering: Answering = { port: port2, done }
  const file = `${worker}${beside.slice(beside.lastIndexOf('.'))}`
  const thread = new Worker(new URL(file, beside), { workerData: { ...question, ...answering }, transferList: [port2] })
  thread.on('error', () => undefined)
  const waited = Atomics.wait(new Int32Array(done), 0, 0, patienceMs)
  const received = receiveMessageOnPort(port1) as { readonly message: unknown } | undefined
  port1.close()
  void thread.terminate()
  if (received !== undefined) return { answer: received.message }
  return waited === 'timed-out' ? `it has not answered within ${patienceMs / 1_000} s` : 'its thread has ended without an answer'
}

/** Gives the answer of a thread. */
export function answer({ port, done }: Answering, given: unknown): void {
  port.postMessage(given)
  const flag = new Int32Array(done)
  Atomics.store(flag, 0, 1)
  Atomics.notify(flag, 0)
}
