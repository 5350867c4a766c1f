import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit, type AuditReport } from '../../fixtures/apps/order-desk/demo/audit.ts'
import { carriedThrough } from '../../fixtures/apps/order-desk/demo/carried-through.ts'
import type { Receipts } from '../../fixtures/apps/order-desk/demo/customers.ts'
import { DeskProcess } from '../../fixtures/apps/order-desk/demo/desk-process.ts'
import { letters, type SentLetter } from '../../fixtures/apps/order-desk/demo/letter-book.ts'
import { timedOut, type TimedOut } from '../../fixtures/apps/order-desk/demo/moody-gateway.ts'
import type { DeskOptions, LogLine, Rows } from '../../fixtures/apps/order-desk/demo/talk.ts'
import { temporaryDatabase, type TemporaryDatabase } from '../support/temporary-database.ts'

/** How a desk of the test differs from that of the demo. */
export type DeskTwist = Pick<DeskOptions, 'gatewayMs' | 'gatewayFails' | 'takesOrders'> & {
  /** What `install-fault.ts` reads. */
  readonly fault?: string
  /** How many connections its handlers have; 4 when unsaid. */
  readonly connections?: number
  /** Another way to the database, as through a proxy or as another role. */
  readonly url?: string
}

/** The server admits a hundred connections in all, and other tests run at the same time. */
const mostShops = 3
let shops = 0
const waiting: (() => void)[] = []

async function freePlace(): Promise<void> {
  if (shops === mostShops) await new Promise<void>((resolve) => waiting.push(resolve))
  else shops += 1
}

function leavePlace(): void {
  const next = waiting.shift()
  if (next === undefined) shops -= 1
  else next()
}

/** An order desk with a database of its own, whose processes the test starts and ends. */
export class TrialShop {
  readonly database: TemporaryDatabase
  /** Everything that any desk has logged. */
  readonly log: (LogLine & { readonly pid: number })[] = []
  /** Desks that ended by themselves: neither killed nor stopped. */
  readonly crashes: string[] = []
  readonly #folder = mkdtempSync(join(tmpdir(), 'jasper-crash-'))
  readonly #desks: DeskProcess[] = []

  private constructor(database: TemporaryDatabase) {
    this.database = database
  }

  /** Runs `work` with a shop, on a server of its own where one is given, and leaves neither a process nor a database behind. */
  static async with(work: (shop: TrialShop) => Promise<void>, server?: string): Promise<void> {
    await freePlace()
    try {
      const shop = new TrialShop(await temporaryDatabase(server))
      try {
        await work(shop)
      } finally {
        await Promise.all(shop.#desks.map((desk) => desk.kill()))
        rmSync(shop.#folder, { recursive: true, force: true })
        await shop.database.drop()
      }
    } finally {
      leavePlace()
    }
  }

  /** Starts a desk; it opens in its own time. */
  desk({ fault, connections = 4, url = this.database.url, ...twist }: DeskTwist = {}): DeskProcess {
    const desk = new DeskProcess({
      ...twist,
      store: { postgres: url, connections },
      folder: this.#folder,
      ...(fault === undefined ? {} : { execArgv: ['--import', new URL('install-fault.ts', import.meta.url).href], env: { JASPER_FAULT: fault } }),
      onLog: (line) => void this.log.push({ ...line, pid: desk.pid }),
    })
    this.#desks.push(desk)
    void desk.ended.then(({ code, signal }) => {
      if (signal === null && code !== 0) this.crashes.push(`desk ${desk.pid} ended by itself with exit code ${String(code)}`)
    })
    return desk
  }

  /** What the mailer has sent. */
  letters(): readonly SentLetter[] {
    return letters(this.#folder)
  }

  /** What the gateway did not answer. */
  timedOut(): readonly TimedOut[] {
    return timedOut(this.#folder)
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<Rows> {
    return (await this.database.pool.query(sql, [...values])).rows as Rows
  }

  /** Waits until so many orders have ended and nothing is in flight, then compares promises with tables. */
  async audit(desk: DeskProcess, { asked, accepted }: Receipts, deadlineMs = 25_000): Promise<AuditReport> {
    await carriedThrough({ desk: () => desk, orders: accepted.size, deadlineMs })
    return await this.auditNow(desk, { asked, accepted })
  }

  async auditNow(desk: DeskProcess, { asked, accepted }: Pick<Receipts, 'asked' | 'accepted'>): Promise<AuditReport> {
    return await audit((sql, values) => this.query(sql, values), {
      asked,
      accepted,
      counts: await desk.counts(),
      timedOut: this.timedOut(),
      letters: this.letters(),
    })
  }
}
