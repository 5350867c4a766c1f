import { readFileSync } from 'node:fs'
import type { CatalogEntry } from '../../compiler/diagnostics/catalog-entry.ts'
import { catalog } from '../../compiler/diagnostics/catalog.ts'
import { casesOf, folderOf } from './diagnosed-case.ts'
import { escaped } from './escaped.ts'

const stages: Readonly<Record<string, string>> = {
  JG0: 'the config and the command line',
  JG1: 'finding handlers and reading their signatures',
  JG2: 'messages and how they travel',
  JG3: 'the chain of a message',
  JG4: 'where parameters come from',
  JG5: 'writing the code',
}

/** `docs/diagnostics.md`: the catalogue, each code with the message that its fixture shows. */
export function diagnosticsPage(): string {
  const entries = Object.entries<CatalogEntry>(catalog).sort(([a], [b]) => (a < b ? -1 : 1))
  const sections = Object.entries(stages).flatMap(([stage, words]) => [
    `## ${stage}: ${words}`,
    '',
    ...entries.filter(([code]) => code.startsWith(stage)).flatMap(([code, entry]) => entryOf(code, entry)),
  ])
  return [
    '<!-- Made by `npm run docs:record` from compiler/diagnostics and fixtures/diagnostics. Do not edit. -->',
    '# Diagnostics',
    '',
    'Every code that `jasper-gen` reports, with why it is a problem, how to mend it, and a message as it is printed: file, line',
    'and column first, then the marked source. An error ends a build with nothing written; a warning does not. Codes are never',
    'used again for something else. `jasper-gen explain JG4002` says on a terminal what stands here.',
    '',
    ...Object.entries(stages).map(([stage, words]) => {
      const codes = entries.filter(([code]) => code.startsWith(stage)).map(([code]) => `[${code}](#${code.toLowerCase()})`)
      return `- **${stage}**, ${words}: ${codes.join(', ')}`
    }),
    '',
    ...sections,
  ].join('\n')
}

function entryOf(code: string, { severity, sentence, explanation, help }: CatalogEntry): readonly string[] {
  return [
    `### ${code}`,
    '',
    `*${severity}:* **${escaped(sentence)}**`,
    '',
    escaped(explanation),
    '',
    `*To mend it:* ${escaped(help)}.`,
    '',
    '```text',
    exampleOf(code),
    '```',
    '',
  ]
}

/** The first message of the code that its fixture shows, without the others of the run. */
function exampleOf(code: string): string {
  const name = casesOf('diagnostics').find((one) => one.startsWith(code))
  if (name === undefined) throw new Error(`fixtures/diagnostics has no case of ${code}`)
  const blocks = readFileSync(`${folderOf('diagnostics', name)}/want/diagnostics.txt`, 'utf8').split(/\n\n(?=error |warning |\d+ )/)
  const found = blocks.find((block) => new RegExp(`^(error|warning) ${code}:`).test(block))
  if (found === undefined) throw new Error(`${name} does not show ${code}`)
  return found.trimEnd()
}
