import type { Cell } from '../kit/cell.ts'
import type { Run } from '../kit/run.ts'

/** A transactional handler: one row of its own, one message sent, its own message completed, in one commit. */
export async function outbox(run: Run): Promise<readonly Cell[]> {
  const all = await run.start('jasper', 'floor', 'hand-written poller', 'pg-transactional-outbox')
  const messages = run.quick ? 200 : 1_500
  // The peer handles so few that a full load would take minutes; its figure is a rate all the same.
  const fewer = run.quick ? 50 : 300
  return [
    {
      group: 'outbox',
      name: 'transactional handler, 20 connections',
      unit: 'messages/s',
      better: 'more',
      ours: 'jasper',
      rounds: run.rounds,
      contenders: all.map((contender) => ({
        name: contender.name,
        run: () => contender.run('outbox', { messages: contender.name === 'pg-transactional-outbox' ? fewer : messages, connections: 20 }),
      })),
      goals: [{ against: 'floor', atLeast: 0.8 }, { against: 'hand-written poller', atLeast: 1 }, { against: 'pg-transactional-outbox', atLeast: 1 }],
    },
  ]
}
