import { isAlive, Storage } from '../durability/storage.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { counted, duration, instant, relative } from './in-words.ts'
import { table } from './table.ts'

/** `jasper nodes` */
export const runNodes: RunCommand = async ({ store, said, terminal, paint, now }) => {
  const nodes = await new Storage(store).nodes()
  if (said.has('json')) {
    terminal.out(asDocument({ ok: true, nodes: nodes.map((node) => ({ ...node, alive: isAlive(node) })) }))
    return exitCodes.fine
  }
  if (nodes.length === 0) {
    terminal.out('No process takes part at present.\n')
    return exitCodes.fine
  }
  const alive = nodes.filter(isAlive).length
  const lines = table(
    [{ head: 'node' }, { head: 'state' }, { head: 'runs at' }, { head: 'last beat' }, { head: 'claims', right: true }, { head: 'since', shrinks: true }],
    nodes.map((node) => [
      node.id,
      isAlive(node) ? 'alive' : node.declaredDead ? 'dead' : 'silent',
      `${node.host} pid ${node.pid}`,
      `${duration(node.beatAgeMs)} ago`,
      node.claims.toLocaleString('en-US'),
      `${relative(node.startedAt, now)}, ${instant(node.startedAt)}`,
    ]),
    terminal.columns,
    paint,
  )
  const rest = nodes.length - alive
  terminal.out(`${paint('bold', `${counted(nodes.length, 'node')}`)}, ${alive} alive\n\n${lines.join('\n')}\n`)
  if (rest > 0) terminal.out('\n  Living nodes take over from those that are not within seconds; without any: jasper storage release.\n')
  return exitCodes.fine
}
