import { askThread } from './ask-thread.ts'
import type { Answers, Question } from './facts-worker.ts'

/**
 * What a file answers about chains, in the order of the facts; or, as a text, why it has no answers.
 */
export function askInThread<About extends keyof Answers>(
  question: Question & { readonly about: About },
): readonly Answers[About][] | string {
  const asked = askThread('facts-worker', import.meta.url, question)
  return typeof asked === 'string' ? asked : (asked.answer as readonly Answers[About][] | string)
}
