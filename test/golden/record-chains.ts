import { join } from 'node:path'
import { chainsOf } from './chains-of.ts'
import { copyApp, goldenCases } from './golden-case.ts'
import { placeOutput } from './place-output.ts'

/** Rewrites `want/chains.json` of the cases named on the command line, or of all. */
const asked = process.argv.slice(2)
for (const golden of goldenCases('chains').filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const copy = copyApp(golden)
  try {
    placeOutput(join(golden.folder, 'want'), new Map([['chains.json', chainsOf(copy.project)]]))
    console.log(`recorded ${golden.name}`)
  } finally {
    copy.remove()
  }
}
