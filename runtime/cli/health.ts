import { isAlive, Storage } from '../durability/storage.ts'
import { systemClock } from '../timing/system-clock.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { counted, duration } from './in-words.ts'
import { table } from './table.ts'

/** `jasper health`: what can be told without the app, from its nodes and its store. */
export const runHealth: RunCommand = async ({ store, said, terminal, paint }) => {
  const storage = new Storage(store)
  const asked = systemClock.monotonic()
  const owner = await storage.owner()
  const answeredInMs = systemClock.monotonic() - asked
  const nodes = await storage.nodes()
  const backlog = await storage.backlog()
  const alive = nodes.filter(isAlive)
  const healthy = alive.length > 0 || backlog.length === 0
  if (said.has('json')) {
    const counts = { alive: alive.length, silent: nodes.length - alive.length }
    const answer = { description: store.description, answeredInMs }
    terminal.out(asDocument({ ok: healthy, healthy, store: answer, owner, nodes: counts, backlog }))
    return healthy ? exitCodes.fine : exitCodes.no
  }
  const mark = (good: boolean): string => (good ? paint('green', '✓') : paint('red', '✗'))
  const claims = nodes.reduce((sum, node) => sum + node.claims, 0)
  const lines = [
    `${mark(true)} ${store.description} answers in ${duration(answeredInMs)}`,
    `${mark(alive.length > 0 || healthy)} ${counted(alive.length, 'node')} alive, ${counted(claims, 'message')} claimed${owner === undefined ? '' : `, app ${owner}`}`,
  ]
  if (nodes.length > alive.length) lines.push(`${paint('yellow', '!')} ${counted(nodes.length - alive.length, 'node')} silent or dead; see jasper nodes`)
  if (backlog.length === 0) lines.push(`${mark(true)} nothing waits to be claimed`)
  else {
    const rows = [...backlog].sort((a, b) => b.waitedMs - a.waitedMs).map(({ endpoint, waitedMs }) => [endpoint, duration(waitedMs)])
    lines.push('', ...table([{ head: 'queue', shrinks: true }, { head: 'first in line waits for', right: true }], rows, terminal.columns, paint))
  }
  if (!healthy) lines.push('', 'Messages wait, and no process is alive to handle them. Start one.')
  terminal.out(`${lines.join('\n')}\n`)
  return healthy ? exitCodes.fine : exitCodes.no
}
