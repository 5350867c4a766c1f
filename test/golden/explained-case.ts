import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { printExplanation } from '../../compiler/cli/print-explanation.ts'
import { loadConfig } from '../../compiler/config/load-config.ts'
import type { Project } from '../../compiler/config/project.ts'
import { printDiagnostics } from '../../compiler/diagnostics/print-diagnostics.ts'
import { explainerOf } from '../../compiler/explain/explain-project.ts'

const room = fileURLToPath(new URL('../../fixtures/explain/', import.meta.url))

/** Cases of `fixtures/explain`: questions, one a line, about its `app` or the one that `at.txt` names. */
export function explainedCases(): readonly string[] {
  return readdirSync(room).sort()
}

export function answersFile(name: string): string {
  return join(room, name, 'want/answers.txt')
}

/** What `jasper-gen explain` prints for each question of a case. */
export async function answersOf(name: string): Promise<string> {
  const folder = join(room, name)
  const at = join(folder, 'at.txt')
  const app = existsSync(at) ? join(folder, readFileSync(at, 'utf8').trim()) : join(folder, 'app')
  const { project: loaded } = await loadConfig(app)
  const settings = join(app, '../project.json')
  const project = loaded && { ...loaded, ...(existsSync(settings) ? (JSON.parse(readFileSync(settings, 'utf8')) as Partial<Project>) : {}) }
  if (project === undefined) throw new Error(`${app} has a config that cannot be used`)
  const explain = explainerOf(project)
  const answers: string[] = []
  for (const question of readFileSync(join(folder, 'questions.txt'), 'utf8').trim().split('\n')) {
    const outcome = await explain(question)
    const plain = (_: unknown, text: string) => text
    const answer =
      outcome.kind === 'explained'
        ? printExplanation(outcome.explanation, project, plain)
        : printDiagnostics(outcome.diagnostics, { folder: app, format: 'pretty', color: false })
    answers.push(`$ jasper-gen explain ${question}\n${answer}`)
  }
  return answers.join('\n')
}
