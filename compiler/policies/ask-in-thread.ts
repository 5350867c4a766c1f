import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Answers, Question, Task } from './facts-worker.ts'

/** A function that has not answered by then never will. */
const patienceMs = 10_000

/**
 * What a file answers about chains, in the order of the facts; or, as a text, why it has no answers.
 *
 * It runs in a thread of its own, which has no modules of earlier builds and can be ended. Waits for it:
 * compiling is one step after the other.
 */
export function askInThread<About extends keyof Answers>(
  question: Question & { readonly about: About },
): readonly Answers[About][] | string {
  const { port1, port2 } = new MessageChannel()
  const done = new SharedArrayBuffer(4)
  const file = `facts-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`
  const data: Task = { ...question, port: port2, done }
  const worker = new Worker(new URL(file, import.meta.url), { workerData: data, transferList: [port2] })
  worker.on('error', () => undefined)
  const waited = Atomics.wait(new Int32Array(done), 0, 0, patienceMs)
  const received = receiveMessageOnPort(port1) as { readonly message: readonly Answers[About][] | string } | undefined
  port1.close()
  void worker.terminate()
  if (received !== undefined) return received.message
  return waited === 'timed-out' ? `it has not answered within ${patienceMs / 1_000} s` : 'its thread has ended without an answer'
}
