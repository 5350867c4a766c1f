import type { Cell } from '../kit/cell.ts'
import type { Run } from '../kit/run.ts'
import { compiler } from './compiler.ts'
import { outbox } from './outbox.ts'
import { growth, idle, latency, recovery } from './running.ts'
import { store } from './store.ts'

/** By the name that the command line takes, in the order in which they run. */
export const groups: Readonly<Record<string, (run: Run) => Promise<readonly Cell[]>>> = {
  store, outbox, latency, growth, recovery, idle, compiler,
}
