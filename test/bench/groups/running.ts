import type { Cell } from '../kit/cell.ts'
import type { Run } from '../kit/run.ts'

/** From the call of send to the start of the handler, in one process. */
export async function latency(run: Run): Promise<readonly Cell[]> {
  const [ours, floor, graphile] = await run.start('jasper-running', 'floor', 'graphile-worker')
  const messages = run.quick ? 20 : 300
  return [
    {
      group: 'latency',
      name: 'send to handler, one process (p50)',
      unit: 'ms',
      better: 'less',
      ours: 'jasper',
      rounds: run.rounds,
      contenders: [['jasper', ours!] as const, ['NOTIFY to LISTEN', floor!] as const, ['graphile-worker', graphile!] as const].map(([name, contender]) => ({
        name,
        run: () => contender.run('sendLatency', { messages }),
      })),
      goals: [{ against: 'graphile-worker', atMost: 1 }],
    },
  ]
}

/** The same work over a thousand messages that wait, and over a million. */
export async function growth(run: Run): Promise<readonly Cell[]> {
  const [small, large] = await run.start('jasper-running', 'jasper-running')
  const many = run.quick ? 20_000 : 1_000_000
  const take = run.quick ? 1_200 : 3_000
  return [
    {
      group: 'growth',
      name: `handle ${take} of ${many.toLocaleString('en-US')} waiting`,
      unit: 'messages/s',
      better: 'more',
      ours: 'jasper, many waiting',
      rounds: run.rounds,
      contenders: [
        { name: 'jasper, many waiting', run: () => large!.run('drainSome', { backlog: many, take }) },
        { name: 'jasper, 4,000 waiting', run: () => small!.run('drainSome', { backlog: 4_000, take }) },
      ],
      goals: [{ against: 'jasper, 4,000 waiting', atLeast: 0.77 }],
    },
  ]
}

/** All messages belong to a process that is killed while another runs. */
export async function recovery(run: Run): Promise<readonly Cell[]> {
  const [ours, normal] = await run.start('jasper-running', 'jasper')
  const messages = run.quick ? 2_000 : 100_000
  return [
    {
      group: 'recovery',
      name: `${messages.toLocaleString('en-US')} messages of a killed process`,
      unit: 'messages/s',
      better: 'more',
      ours: 'jasper, taking over',
      rounds: Math.min(3, run.rounds),
      contenders: [
        { name: 'jasper, taking over', run: () => ours!.run('recovery', { messages }) },
        { name: 'jasper, normal drain', run: () => normal!.run('drain', { messages }) },
      ],
      goals: [{ against: 'jasper, normal drain', atLeast: 0.7 }],
    },
  ]
}

/** What a process costs that has nothing to do. */
export async function idle(run: Run): Promise<readonly Cell[]> {
  const [ours, graphile, boss] = await run.start('jasper-running', 'graphile-worker', 'pg-boss')
  const seconds = run.quick ? 3 : 20
  return [
    {
      group: 'idle',
      name: 'transactions a second of an idle process',
      unit: 'transactions/s',
      better: 'less',
      ours: 'jasper',
      rounds: 1,
      contenders: [['jasper', ours!] as const, ['graphile-worker', graphile!] as const, ['pg-boss', boss!] as const].map(([name, contender]) => ({
        name,
        run: () => contender.run('idle', { seconds }),
      })),
      goals: [],
    },
  ]
}
