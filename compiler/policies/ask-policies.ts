import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredPolicy } from '../discover/discovered.ts'
import type { FramePlan } from '../resolve/frame-plan.ts'
import { factsOf } from './facts-of.ts'
import type { Answer, Question } from './policy-worker.ts'

/** A function that has not answered by then never will. */
const patienceMs = 10_000

/**
 * Asks the functions of the file of global policies about every chain, and adds the facts to the plans of
 * those about which one has something to say.
 *
 * They run in a thread of their own: it has no modules of earlier builds, and can be ended.
 */
export function askPolicies(
  folder: string,
  policy: DiscoveredPolicy | undefined,
  plans: readonly FramePlan[],
  bag: DiagnosticBag,
): readonly FramePlan[] {
  if (policy?.functions !== true || plans.length === 0) return plans
  const facts = plans.map(factsOf)
  const answers = ask({ folder, file: policy.file, facts })
  if (typeof answers === 'string') {
    bag.report('JG3021', { file: policy.file, reason: answers }, { span: policy.span })
    return plans
  }
  return plans.map((plan, at) => {
    const answer = answers[at]!
    if (answer.kind === 'failed') bag.report('JG3022', { message: plan.chain.message.name, reason: answer.reason }, { span: policy.span })
    return answer.kind === 'says' ? { ...plan, facts: facts[at]! } : plan
  })
}

/** The answers in the order of the facts, or why there are none. Waits for the thread: compiling is one step after the other. */
function ask(question: Omit<Question, 'port' | 'done'>): readonly Answer[] | string {
  const { port1, port2 } = new MessageChannel()
  const done = new SharedArrayBuffer(4)
  const file = `policy-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`
  const data: Question = { ...question, port: port2, done }
  const worker = new Worker(new URL(file, import.meta.url), { workerData: data, transferList: [port2] })
  worker.on('error', () => undefined)
  const waited = Atomics.wait(new Int32Array(done), 0, 0, patienceMs)
  const received = receiveMessageOnPort(port1) as { readonly message: readonly Answer[] | string } | undefined
  port1.close()
  void worker.terminate()
  if (received !== undefined) return received.message
  return waited === 'timed-out' ? `it has not answered within ${patienceMs / 1_000} s` : 'its thread has ended without an answer'
}
