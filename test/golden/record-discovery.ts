import { mkdirSync, writeFileSync } from 'node:fs'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import { discoverHandlers } from '../../compiler/discover/discover-handlers.ts'
import { casesOf, diagnose, folderOf, printed, projectOf } from './diagnosed-case.ts'

/** Rewrites `want/` of cases in `fixtures/handlers` and `fixtures/diagnostics`: those named by a part of their name, or all. */
const asked = process.argv.slice(2)
const chosen = (name: string) => asked.length === 0 || asked.some((word) => name.includes(word))

function write(folder: string, file: string, text: string): void {
  mkdirSync(`${folder}/want`, { recursive: true })
  writeFileSync(`${folder}/want/${file}`, text)
  console.log(`recorded ${folder.split('/').slice(-2).join('/')}`)
}

for (const name of casesOf('diagnostics').filter((one) => chosen(one) && !one.startsWith('JG0'))) {
  const folder = folderOf('diagnostics', name)
  write(folder, 'diagnostics.txt', printed(folder, diagnose(folder)))
}
for (const name of casesOf('handlers').filter(chosen)) {
  const folder = folderOf('handlers', name)
  const bag = new DiagnosticBag()
  const { discovered } = discoverHandlers(projectOf(folder), bag)
  if (bag.hasErrors) throw new Error(`${name}: ${bag.list()[0]?.message ?? ''}`)
  write(folder, 'discovered.json', `${JSON.stringify(discovered, undefined, 2)}\n`)
}
