/** Ours, as a process that runs: idle, woken by others, with a backlog, beside one that is killed. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { postgres } from 'jasper-runtime/postgres'
import pg from 'pg'
import type { Contender, Reading } from '../kit/contender.ts'
import { ordersTable, parcel } from '../kit/parcel.ts'
import { countIdle } from '../kit/count-idle.ts'
import { latencies } from '../kit/latencies.ts'
import { timeDrain } from '../kit/timed-drain.ts'
import { freshen } from '../kit/warm-pool.ts'
import { fillQueue } from './fill-jasper.ts'
import { runningApp, schedulerOf } from './jasper.ts'

let url: string
let admin: pg.Pool

export const contender: Contender = {
  async open(at) {
    url = at
    admin = new pg.Pool({ connectionString: at, max: 2 })
    await admin.query(ordersTable)
    const store = postgres({ connectionString: at })
    await store.connect()
    await store.close()
  },

  tasks: {
    async sendLatency({ messages }) {
      let began: (orderId: string) => void = () => undefined
      const { app, stop } = await runningApp(url, 2, (orderId) => began(orderId))
      const reading = await latencies(messages!, async (handled) => {
        const order = parcel()
        began = (orderId) => orderId === order.orderId && handled()
        await app.bus.send('Pinged', order)
      })
      await stop()
      return reading
    },

    async idle({ seconds }) {
      const { stop } = await runningApp(url, 1)
      const reading = await countIdle(admin, url, seconds!)
      await stop()
      return reading
    },

    /** Handles some of a backlog that is filled up to its size before each round. */
    async drainSome({ backlog, take }) {
      const { rows } = await admin.query<{ n: number }>('select count(*)::int as n from jasper.incoming')
      if (rows[0]!.n < backlog!) {
        await fillQueue(admin, backlog! - rows[0]!.n, schedulerOf(url, 'Handled'))
        await freshen(admin, ['jasper.incoming', 'jasper.completed'])
      }
      let running: Awaited<ReturnType<typeof runningApp>>
      return await timeDrain({
        messages: take!,
        start: async (handled) => {
          running = await runningApp(url, 1, handled)
        },
        isDone: async () => true,
        stop: () => running.stop(),
      })
    },

    /** All rows belong to a process that is then killed; this one takes them over. */
    async recovery({ messages }) {
      const victim = fork(fileURLToPath(new URL('jasper-victim.ts', import.meta.url)), [url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      await once(victim, 'message')
      const { rows } = await admin.query<{ id: string }>('select id from jasper.nodes')
      await fillQueue(admin, messages!, schedulerOf(url, 'Handled'), rows[0]!.id)
      await freshen(admin, ['jasper.incoming'])
      let killedAt = 0
      let firstAfterMs = 0
      let running: Awaited<ReturnType<typeof runningApp>>
      const reading: Reading = await timeDrain({
        messages: messages!,
        async start(handled) {
          running = await runningApp(url, 1, () => {
            if (firstAfterMs === 0) firstAfterMs = performance.now() - killedAt
            handled()
          })
          killedAt = performance.now()
          victim.kill('SIGKILL')
        },
        async isDone() {
          return (await admin.query('select from jasper.incoming limit 1')).rows.length === 0
        },
        stop: () => running.stop(),
      })
      await admin.query('truncate jasper.incoming, jasper.completed')
      return { ...reading, firstAfterMs }
    },
  },

  async close() {
    await admin.end()
  },
}
