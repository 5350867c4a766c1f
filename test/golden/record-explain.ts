import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { answersFile, answersOf, explainedCases } from './explained-case.ts'

/** Rewrites `want/` of the cases in `fixtures/explain`: those named by a part of their name, or all. */
const asked = process.argv.slice(2)
for (const name of explainedCases().filter((one) => asked.length === 0 || asked.some((word) => one.includes(word)))) {
  const file = answersFile(name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, await answersOf(name))
  console.log(`recorded explain/${name}`)
}
