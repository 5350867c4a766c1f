import type { Cell, CellContender } from '../kit/cell.ts'
import type { StartedContender } from '../kit/started-contender.ts'
import type { Arguments } from '../kit/contender.ts'
import type { Run } from '../kit/run.ts'

/** Storing and draining, without a transaction of the handlers' own. */
export async function store(run: Run): Promise<readonly Cell[]> {
  const all = await run.start('jasper', 'floor', 'graphile-worker', 'pg-boss')
  const task = (name: string, args: Arguments, ofPeers: Arguments = args): readonly CellContender[] =>
    all.map((contender) => ({ name: contender.name, run: () => contender.run(name, isPeer(contender) ? ofPeers : args) }))
  const many = Math.min(100, run.freeConnections)
  const enqueued = run.quick ? 200 : 1_500
  const drained = run.quick ? 2_000 : 15_000
  const workers = { senders: 100, concurrency: 20 }
  const shared = { group: 'store', unit: 'messages/s', better: 'more', ours: 'jasper', rounds: run.rounds } as const
  return [
    ...[10, many].map(
      (connections): Cell => ({
        ...shared,
        name: `transactional enqueue, ${connections} connections`,
        contenders: task('enqueue', { messages: enqueued, connections }),
        goals: [{ against: 'floor', atLeast: 0.8 }, { against: 'graphile-worker', atLeast: 1 }, { against: 'pg-boss', atLeast: 1 }],
      }),
    ),
    {
      ...shared,
      name: 'drain',
      contenders: task('drain', { messages: drained, concurrency: 20 }),
      goals: [{ against: 'floor', atLeast: 0.7 }, { against: 'graphile-worker', atLeast: 1 }, { against: 'pg-boss', atLeast: 4 }],
    },
    {
      ...shared,
      name: 'send to handled, one process',
      // The peers handle so few that a full load would take minutes; a rate is a rate.
      contenders: task('sendToHandled', { messages: run.quick ? 500 : 10_000, ...workers }, { messages: run.quick ? 100 : 1_000, ...workers }),
      goals: [{ against: 'graphile-worker', atLeast: 2 }, { against: 'pg-boss', atLeast: 8 }],
    },
  ]
}

function isPeer({ name }: StartedContender): boolean {
  return !['jasper', 'floor', 'baseline'].includes(name)
}
