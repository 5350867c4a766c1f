import { describe, expect, it } from 'vitest'
import { sendCustomers, type Receipts } from '../../fixtures/apps/order-desk/demo/customers.ts'
import type { DeskProcess } from '../../fixtures/apps/order-desk/demo/desk-process.ts'
import { orderBook } from '../../fixtures/apps/order-desk/demo/order-book.ts'
import { eventually } from '../support/eventually.ts'
import { OwnServer } from '../support/own-server.ts'
import { tcpFaultProxy } from '../support/tcp-fault-proxy.ts'
import { cutOnCommit } from '../integrations/cut-on-commit.ts'
import { TrialShop } from './trial-shop.ts'

const timeout = 180_000
/** Four failed attempts of one message take 36 s. */
const deadlineMs = 70_000

/** Several hundred orders at a pace that leaves time for `trouble`; resolves with the customers' receipts. */
async function orderDuring(desk: () => DeskProcess, seed: number, trouble: (receipts: Receipts) => Promise<void>): Promise<Receipts> {
  let open = true
  function* orders() {
    // The shop closes when the trouble is over, so that orders come before, during and after it.
    for (const order of orderBook(3_000, seed)) {
      if (!open) return
      yield order
    }
  }
  // A database that refuses everybody is told to who sends; nothing was accepted then.
  const asksAgain = (error: Error): boolean => error.message.includes('JASPER_STORE_REFUSED')
  const { receipts, home } = sendCustomers({ orders: orders(), customers: 6, paceMs: 30, desk, asksAgain })
  home.catch(() => undefined)
  await eventually('the work is in full swing', () => receipts.accepted.size >= 30, 30_000)
  await trouble(receipts)
  const before = receipts.accepted.size
  await eventually('orders are accepted again', () => receipts.accepted.size >= before + 20, 60_000)
  open = false
  await home
  return receipts
}

async function expectFlawless(shop: TrialShop, desk: DeskProcess, receipts: Receipts): Promise<void> {
  expect(await shop.audit(desk, receipts, deadlineMs)).toMatchObject({ breaches: [] })
  expect(shop.crashes, 'the process has lived through it').toEqual([])
}

describe('a database in trouble', () => {
  it('that crashes and comes back, three times in the middle of the work, loses and doubles nothing', { timeout }, async () => {
    await OwnServer.with(async (server) => {
      await TrialShop.with(async (shop) => {
        const desks = [shop.desk({ gatewayMs: 20 }), shop.desk({ gatewayMs: 20 })]
        let turn = 0
        const receipts = await orderDuring(() => desks[turn++ % 2]!, 21, async (now) => {
          for (let crash = 0; crash < 3; crash++) {
            const before = now.accepted.size
            await server.crash()
            await eventually('orders are accepted again', () => now.accepted.size > before + 10, 30_000)
          }
        })
        await expectFlawless(shop, desks[0]!, receipts)
        expect(shop.log.map(({ event }) => event), 'an outage of the database kills no node').not.toContain('a node is dead; taking over its work')
      }, server.url)
    })
  })

  it('that is restarted by its administrator loses and doubles nothing', { timeout }, async () => {
    await OwnServer.with(async (server) => {
      await TrialShop.with(async (shop) => {
        const desk = shop.desk({ gatewayMs: 20 })
        const receipts = await orderDuring(() => desk, 22, () => server.restart())
        await expectFlawless(shop, desk, receipts)
      }, server.url)
    })
  })

  it('whose network falls silent, with connections that seem open, is found out, and another process goes on meanwhile', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const address = new URL(shop.database.url)
      const proxy = await tcpFaultProxy(address.hostname, Number(address.port || 5432))
      try {
        address.host = `127.0.0.1:${proxy.port}`
        const other = shop.desk({ gatewayMs: 20 })
        const silenced = shop.desk({ gatewayMs: 20, url: address.href })
        await Promise.all([other.opened, silenced.opened])
        let asking = true
        const receipts = await orderDuring(() => (asking ? silenced : other), 23, async () => {
          asking = false
          proxy.silence()
          // Its connections hold their locks on the server: only its silence tells.
          const took = () => shop.log.some(({ event, pid }) => event.startsWith('took over the messages') && pid === other.pid)
          await eventually('the other process has taken over', took, 60_000)
          // What the lost network kept alive ends at last, as by a keep-alive.
          proxy.cut()
          proxy.mend()
          const back = () => shop.log.some(({ event, pid }) => event.startsWith('this node was declared dead') && pid === silenced.pid)
          await eventually('the silenced process is back', back, 60_000)
        })
        await expectFlawless(shop, other, receipts)
      } finally {
        await proxy.close()
      }
    })
  })

  it('that loses the answers to COMMIT leaves no doubt in the end', { timeout }, async () => {
    await TrialShop.with(async (shop) => {
      const { hostname, port } = new URL(shop.database.url)
      const doubtful = await cutOnCommit({ host: hostname, port: Number(port || 5432) }, 25)
      try {
        const address = new URL(shop.database.url)
        address.host = `127.0.0.1:${doubtful.port}`
        const desk = shop.desk({ url: address.href, gatewayFails: 'never' })
        const receipts = await orderDuring(() => desk, 24, async () => {
          await eventually('some answers are lost', () => doubtful.lost >= 5, 60_000)
        })
        expect(doubtful.lost).toBeGreaterThanOrEqual(5)
        await expectFlawless(shop, desk, receipts)
      } finally {
        await doubtful.close()
      }
    })
  })

  it('that has no connection to spare for a while makes the app wait', { timeout }, async () => {
    await asTenant(25, async ({ shop, role, admin }) => {
      await admin(`alter role ${role} connection limit 1`)
      await shop.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`)
      await eventually('the app has felt it', () => shop.log.some(({ event }) => event.includes('failed') || event.includes('does not answer')), 20_000)
      await admin(`alter role ${role} connection limit -1`)
    })
  })

  it('whose statements time out for a while makes the app wait', { timeout }, async () => {
    await asTenant(26, async ({ shop, role, admin }) => {
      await admin(`alter role ${role} set statement_timeout = '300ms'`)
      await shop.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`)
      const holder = await shop.database.pool.connect()
      await holder.query('begin')
      await holder.query('lock table jasper.incoming in access exclusive mode')
      await eventually('the app has felt it', () => shop.log.some(({ event }) => event.includes('failed')), 20_000)
      await holder.query('rollback')
      holder.release()
      await admin(`alter role ${role} reset statement_timeout`)
      await shop.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`)
    })
  })

  it('that takes our rights away for a while makes the app wait', { timeout }, async () => {
    await asTenant(27, async ({ shop, admin, role }) => {
      await admin(`revoke insert, update, delete on all tables in schema jasper from ${role}`)
      await eventually('the app has felt it', () => shop.log.some(({ event }) => event.includes('failed')), 20_000)
      await admin(`grant insert, update, delete on all tables in schema jasper to ${role}`)
    })
  })

  it('whose disk is full for a while makes the app wait', { timeout }, async () => {
    await asTenant(28, async ({ shop, admin }) => {
      await admin(`
        create function public.disk_is_full() returns trigger language plpgsql as
          $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
        create trigger full_disk before insert on jasper.incoming execute function public.disk_is_full();
        create trigger full_disk before insert on jasper.completed execute function public.disk_is_full()`)
      await eventually('the app has felt it', () => shop.log.some(({ event }) => event.includes('failed')), 20_000)
      await admin('drop trigger full_disk on jasper.incoming; drop trigger full_disk on jasper.completed')
    })
  })
})

interface Tenant {
  readonly shop: TrialShop
  readonly role: string
  /** As the owner of the server. */
  admin(statement: string): Promise<void>
}

/** The desk runs as an ordinary role, whose means somebody else can take away and give back. */
async function asTenant(seed: number, trouble: (tenant: Tenant) => Promise<void>): Promise<void> {
  await OwnServer.with(async (server) => {
    await TrialShop.with(async (shop) => {
      const role = 'tenant'
      const admin = async (statement: string): Promise<void> => void (await shop.query(statement))
      await server.admitEverybody()
      await admin(`create role ${role} login; grant create on database ${shop.database.name} to ${role}`)
      const address = new URL(shop.database.url)
      address.username = role
      address.password = ''
      const desk = shop.desk({ url: address.href, gatewayMs: 20 })
      const receipts = await orderDuring(() => desk, seed, () => trouble({ shop, role, admin }))
      await expectFlawless(shop, desk, receipts)
    }, server.url)
  })
}
