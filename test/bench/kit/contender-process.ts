/** Runs one contender: `node contender-process.ts <module> <database url>`, with questions over IPC. */
import type { Answer, Contender, Question } from './contender.ts'

const [module, url] = process.argv.slice(2)
const { contender } = (await import(module!)) as { readonly contender: Contender }

const answer = (message: Answer): void => void process.send?.(message)

process.on('disconnect', () => process.exit(1))
process.on('message', (question: Question) => void reply(question))

async function reply(question: Question): Promise<void> {
  try {
    if ('close' in question) {
      await contender.close()
      process.disconnect()
      process.exit(0)
    }
    const task = contender.tasks[question.task]
    if (task === undefined) throw new Error(`${module} has no task ${question.task}`)
    answer({ reading: await task(question.args) })
  } catch (error) {
    answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

try {
  await contender.open(url!)
  answer({ ready: true })
} catch (error) {
  answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}
