import { writeFileSync } from 'node:fs'
import { docPages } from './doc-pages.ts'

/** Rewrites the pages of `docs/` that are made from the code. */
for (const [path, text] of await docPages()) {
  writeFileSync(new URL(`../../${path}`, import.meta.url), text)
  console.log(`recorded ${path}`)
}
