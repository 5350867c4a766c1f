import { readFileSync } from 'node:fs'
import { projectDefaults } from '../../compiler/config/project.ts'
import { handlerClassSuffixes, handlerWords } from '../../compiler/discover/conventions.ts'

const page = new URL('../../docs/what-is-a-handler.md', import.meta.url)
const head = '<!-- the table of names: made from the code by `npm run docs:record` -->\n'
const foot = '<!-- end of the table -->\n'

/** docs/what-is-a-handler.md as it stands, with the table of names as the compiler has it. */
export function handlerPage(): string {
  const text = readFileSync(page, 'utf8')
  return text.slice(0, text.indexOf(head) + head.length) + tableOfNames() + text.slice(text.indexOf(foot))
}

function tableOfNames(): string {
  const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ')
  const rows = [
    ['functions and methods', `begin with ${code(handlerWords)}`],
    ['classes', `end with ${code(handlerClassSuffixes)}`],
    ['handler files', `match ${code(projectDefaults.handlers)}`],
    ['message files, where `/** @message */` marks a message', `match ${code(projectDefaults.messages)}`],
  ]
  return `| what | names |\n|---|---|\n${rows.map((row) => `| ${row.join(' | ')} |\n`).join('')}`
}
