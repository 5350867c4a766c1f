import pg from 'pg'

/** A pool whose connections are all open: connecting is not what is measured. */
export async function warmPool(url: string, connections: number, options: pg.PoolConfig = {}): Promise<pg.Pool> {
  const pool = new pg.Pool({ ...options, connectionString: url, max: connections, min: connections, idleTimeoutMillis: 0 })
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()))
  for (const client of clients) client.release()
  return pool
}

/** What runs before each task, so that no round pays for the garbage of the one before. */
export async function freshen(pool: pg.Pool, tables: readonly string[]): Promise<void> {
  for (const table of tables) await pool.query(`vacuum (analyze) ${table}`)
  await pool.query('checkpoint')
}
