/** `npm run bench [-- group ...] [-- --quick] [-- --rounds=9]`: see README.md. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { temporaryDatabase } from '../support/temporary-database.ts'
import { describeMachine } from './describe-machine.ts'
import { installPeers } from './install-peers.ts'
import type { Cell, MeasuredCell } from './kit/cell.ts'
import { measure } from './kit/measure.ts'
import { freeConnections, Run } from './kit/run.ts'
import { showCell } from './kit/table.ts'
import { summary } from './kit/summary.ts'
import { groups } from './groups/all.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' }, json: { type: 'string' }, baseline: { type: 'string' }, cell: { type: 'string', default: '' }, without: { type: 'string', multiple: true, default: [] } },
})
const unknown = positionals.filter((name) => !Object.hasOwn(groups, name))
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(', ')}. The groups are: ${Object.keys(groups).join(', ')}.`)
  process.exit(3)
}

installPeers()
generateApp()
const probe = await temporaryDatabase()
const machine = await describeMachine(probe)
const free = await freeConnections(probe)
await probe.drop()
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
console.log(`${machine.cores} × ${machine.cpu}, load ${machine.load}, Node ${machine.node}, PostgreSQL ${machine.postgres}`)
console.log(`${Object.entries(machine.settings).map(([name, setting]) => `${name}=${setting}`).join(' ')}, ${rounds} rounds\n`)

const measured: MeasuredCell[] = []
const began = performance.now()
for (const [name, group] of Object.entries(groups)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const run = new Run({ quick: values.quick, rounds, freeConnections: free, baseline: values.baseline })
  try {
    for (const cell of await group(run)) if (cell.name.includes(values.cell)) measured.push(await show(cell))
  } finally {
    await run.stopAll()
  }
}
console.log(summary(measured))
const file = values.json ?? `${folder}results/latest.json`
mkdirSync(`${folder}results`, { recursive: true })
writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), quick: values.quick, machine, cells: measured }, null, 2)}\n`)
console.log(`${measured.length} cells in ${Math.round((performance.now() - began) / 1_000)} s, written to ${file}`)

async function show(cell: Cell): Promise<MeasuredCell> {
  const isTerminal = process.stdout.isTTY
  const chosen = { ...cell, contenders: cell.contenders.filter(({ name }) => !values.without.includes(name)) }
  const result = await measure(chosen, (done) => {
    if (isTerminal) process.stdout.write(`\r${cell.group}: ${cell.name}  ${'·'.repeat(done)}`)
  })
  console.log(`${isTerminal ? '\r\u001b[K' : ''}${showCell(result)}\n`)
  return result
}

/** The handlers that are measured are what a user gets: the output of a build. */
function generateApp(): void {
  const bin = fileURLToPath(new URL('../../compiler/dist/compiler/cli/bin.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'build'], { cwd: `${folder}app`, encoding: 'utf8' })
  if (status !== 0) throw new Error(`jasper-gen build in test/bench/app failed. Run npm run build first.\n${stdout}${stderr}`)
}
