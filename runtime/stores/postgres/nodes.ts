import type { BeatReport, NodeAnnouncement, Nodes, NodeSighting, TakeOverReport } from '../../contracts/message-store.ts'
import { unroutedAddress } from '../../contracts/unrouted-messages.ts'
import type { SqlStatement } from '../../contracts/statement.ts'
import type { DedicatedConnection } from './dedicated-connection.ts'
import { claimableHeads } from './lane-heads.ts'
import { waitingDestinations } from './outgoing.ts'
import type { Execute, OwnPool } from './own-pool.ts'
import { endpointsWithParked } from './parked-messages.ts'
import { isOpen, pausesInForce, readPauses } from './pauses.ts'
import { readUntilDue, untilDue } from './scheduled-messages.ts'
import { sql, verbatim } from './sql.ts'
import type { StoreContext } from './store-context.ts'
import { releaseOrphans, removeNode, takeOver } from './take-over.ts'

/** How many lanes the safety poll walks at an endpoint whose oldest messages must all wait. */
const lanesWalked = 200

interface Registered {
  readonly number: number
  /**
   * `wanted`: another session still has the lock, or none; each beat asks again. `untrusted`: it
   * vanished from an unbroken connection, so a proxy hands our statements to any session. Then the
   * others are told to go by beats alone.
   */
  lock: 'held' | 'wanted' | 'untrusted'
  /** The session of the beat before this one. */
  life: number
  /** Destinations of these schemes are looked after by this node. */
  readonly schemes: readonly string[]
}

export interface NodesParts {
  readonly context: StoreContext
  readonly pool: () => OwnPool
  readonly dedicated: () => DedicatedConnection
  /** First half of all lock keys: the oid of the schema's nodes table, so that no other schema has it. */
  readonly lockClass: () => number
}

/** The nodes of this process; as a rule one. */
export class PostgresNodes implements Nodes {
  readonly #parts: NodesParts
  readonly #registered = new Map<string, Registered>()

  constructor(parts: NodesParts) {
    this.#parts = parts
  }

  async register({ id, host, pid, schemes = [] }: NodeAnnouncement): Promise<void> {
    const { tables, now } = this.#parts.context
    const dedicated = this.#parts.dedicated()
    const [row] = await dedicated.run(sql`
      insert into ${tables.nodes} (id, host, pid, schemes, started_at, beat_at)
      values (${id}::uuid, ${host}::text, ${pid}::int, ${JSON.stringify(schemes)}::json, ${now()}, ${now()})
      on conflict (id) do update set host = excluded.host, pid = excluded.pid, schemes = excluded.schemes
      returning number`)
    const known = this.#registered.get(id)
    const isLocked = known?.lock === 'held' && known.life === dedicated.life
    const node: Registered = { number: row!['number'] as number, lock: isLocked ? 'held' : 'wanted', life: dedicated.life, schemes }
    this.#registered.set(id, node)
    if (isLocked) return
    await this.#lock(id, node, (statement) => dedicated.run(statement))
  }

  async beat(nodeId: string, endpoints: readonly string[]): Promise<BeatReport> {
    const dedicated = this.#parts.dedicated()
    const node = this.#registered.get(nodeId)
    const [row] = await dedicated.run(this.#beatStatement(nodeId, node, endpoints))
    const { life } = dedicated
    const unbroken = node !== undefined && node.life === life
    const alive = row!['alive'] as boolean
    if (node !== undefined) {
      const locked = row!['locked'] === true
      if (locked) node.lock = 'held'
      else if (node.lock === 'held') node.lock = unbroken ? 'untrusted' : 'wanted'
      node.life = life
      if (!alive) this.#registered.delete(nodeId)
    }
    const trusted = node?.lock !== 'untrusted'
    const others = JSON.parse(row!['others'] as string) as (NodeSighting & { readonly beatAgeMs: number })[]
    return {
      alive,
      others: others.map((other) => ({ ...other, lockHeld: other.lockHeld || !trusted })),
      claimable: JSON.parse(row!['claimable'] as string) as string[],
      parked: JSON.parse(row!['parked'] as string) as string[],
      pauses: readPauses(row!['pauses']),
      sendable: JSON.parse((row!['sendable'] as string | undefined) ?? '[]') as string[],
      nextDueInMs: readUntilDue(row!['next_due']),
      nextSendDueInMs: readUntilDue(row!['next_send_due']),
      unbroken,
    }
  }

  async takeOver(nodeId: string, limit: number): Promise<TakeOverReport> {
    return await takeOver(this.#parts.context, this.#parts.pool(), nodeId, limit)
  }

  async releaseOrphans(limit: number): Promise<readonly string[]> {
    return await releaseOrphans(this.#parts.context, this.#parts.pool(), limit)
  }

  async leave(nodeId: string): Promise<void> {
    await removeNode(this.#parts.context, this.#parts.pool(), nodeId)
    const node = this.#registered.get(nodeId)
    this.#registered.delete(nodeId)
    if (node?.lock !== 'held') return
    // The node is gone already; its lock goes with the session if not now.
    await this.#parts
      .dedicated()
      .run(sql`select pg_advisory_unlock(${this.#parts.lockClass()}::int, ${node.number}::int)`)
      .catch(() => undefined)
  }

  /** On a new session: the locks again. A lock that the lost session still has is asked for at each beat. */
  async lockAgain(execute: Execute): Promise<void> {
    for (const [id, node] of this.#registered) {
      if (node.lock === 'untrusted') continue
      node.lock = 'wanted'
      await this.#lock(id, node, execute)
    }
  }

  /** The store was closed: opened again, it must not hold locks for nodes of its former life. */
  forget(): void {
    this.#registered.clear()
  }

  async #lock(id: string, node: Registered, execute: Execute): Promise<void> {
    const [row] = await execute(sql`
      with ${this.#locks()}
      update ${this.#parts.context.tables.nodes} o set session_lock = ${this.#ownLock(true)}
      where o.id = ${id}::uuid and o.dead_at is null
      returning o.session_lock`)
    node.lock = row?.['session_lock'] === true ? 'held' : 'wanted'
  }

  #locks(): SqlStatement {
    return heldLocks(this.#parts.lockClass())
  }

  /**
   * Whether this session has the lock of the node `o`, after trying if `mayTry`. Locks of a session
   * add up, so one that is there is not taken again.
   */
  #ownLock(mayTry: boolean): SqlStatement {
    return sql`case
        when exists (select from locks l where l.number = o.number and l.pid = pg_backend_pid()) then true
        when ${mayTry}::boolean then pg_try_advisory_lock(${this.#parts.lockClass()}::int, o.number)
        else false end`
  }

  #beatStatement(nodeId: string, node: Registered | undefined, endpoints: readonly string[]): SqlStatement {
    const { context } = this.#parts
    const { tables, now } = context
    const sends = this.#sends(node?.schemes ?? [])
    return sql`
      with recursive ${this.#locks()}, ${sends.ctes}mine as (
        update ${tables.nodes} o set beat = o.beat + 1, beat_at = ${now()}, session_lock = ${this.#ownLock(node?.lock === 'wanted')}
        where o.id = ${nodeId}::uuid and o.dead_at is null
        returning o.session_lock
      ), asked as (
        select e.endpoint collate "C" as endpoint, ${context.blocking()}::jsonb ? e.endpoint as blocks
        from json_array_elements_text(${JSON.stringify(endpoints)}::json) e (endpoint)
      )
      select exists (select from mine) as alive, (select session_lock from mine) as locked,
        (
          select coalesce(json_agg(json_build_object('id', o.id, 'host', o.host, 'beat', o.beat::text,
            'beatAgeMs', greatest(0, extract(epoch from ${now()} - greatest(o.beat_at, pg_postmaster_start_time())) * 1000)::float8,
            'lockHeld', o.dead_at is null and (not o.session_lock or exists (select from locks l where l.number = o.number))
          ) order by o.number), '[]')::text
          from ${tables.nodes} o where o.id <> ${nodeId}::uuid
        ) as others,
        (
          select coalesce(json_agg(a.endpoint), '[]')::text
          from asked a
          where ${isOpen(context, verbatim('a.endpoint'))} and ((
            select true from ${tables.incoming} i
            where i.endpoint = a.endpoint and i.status = 'ready' and i.owner is null and i.lane is null
            order by i.seq limit 1
          ) or exists (${this.#someHead()})
            or (a.endpoint = ${unroutedAddress}::text and exists (select from ${tables.unrouted} where parked_at is null)))
        ) as claimable,
        ${pausesInForce(context)} as pauses,
        (select coalesce(json_agg(p.endpoint), '[]')::text from (${endpointsWithParked(context, 'asked')}) p) as parked,
        ${untilDue(sql`(select min(due_at) from ${tables.incoming} where due_at is not null)`, now())} as next_due${sends.columns}`
  }

  /** What a node with transports asks besides: where something waits to be sent. */
  #sends(schemes: readonly string[]): { readonly ctes: SqlStatement; readonly columns: SqlStatement } {
    if (schemes.length === 0) return { ctes: verbatim(''), columns: verbatim('') }
    const { tables, now } = this.#parts.context
    return {
      ctes: sql`${waitingDestinations(tables.outgoing)}, `,
      columns: sql`,
        (
          select coalesce(json_agg(w.endpoint), '[]')::text from waiting w
          where split_part(w.endpoint, '://', 1) in (select json_array_elements_text(${JSON.stringify(schemes)}::json))
        ) as sendable,
        ${untilDue(sql`(select min(due_at) from ${tables.outgoing} where due_at is not null)`, now())} as next_send_due`,
    }
  }

  /** A head, or so many lanes without one that a claim must look further. */
  #someHead(): SqlStatement {
    const heads = claimableHeads({ ...this.#parts.context, queue: 'incoming' }, verbatim('a.endpoint'), {
      limit: 1,
      window: 50,
      lanes: lanesWalked,
      resumeAt: '',
      deadLettersBlock: verbatim('a.blocks'),
    })
    return sql`with recursive ${heads} select from heads union all select from walk where step = ${lanesWalked}::int`
  }
}

/** A CTE: the numbers of nodes whose locks are held, and by which sessions. */
export function heldLocks(lockClass: number): SqlStatement {
  return sql`locks as materialized (
        select objid::bigint as number, pid from pg_locks
        where locktype = 'advisory' and granted and objsubid = 2
          and classid = (case when ${lockClass}::bigint < 0 then 4294967296 else 0 end + ${lockClass}::bigint)::oid
          and database = (select oid from pg_database where datname = current_database())
      )`
}
