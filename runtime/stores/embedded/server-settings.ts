/** How the server is run: `durable` for apps, `fast` for tests that may lose everything in a power cut. */
export type ServerMode = 'durable' | 'fast'

/** The one role and database that apps use. */
export const appRole = 'jasper'
export const appDatabase = 'jasper'

/**
 * The whole of `postgresql.conf`, written at each start so that a new version of this package takes
 * effect. What somebody sets with ALTER SYSTEM comes after it and wins.
 */
export function serverSettings(port: number, mode: ServerMode): string {
  const on = mode === 'durable' ? 'on' : 'off'
  return `# Written at each start by jasper-runtime. Settings of your own: ALTER SYSTEM SET ...

# Reached over loopback alone, with a password.
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'

# What was committed survives a crash of the machine.
fsync = ${on}
synchronous_commit = ${on}
full_page_writes = ${on}

# A guest on a developer's machine: little memory, few processes.
max_connections = 100
shared_buffers = 32MB
min_wal_size = 32MB
max_wal_size = 512MB
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 2
io_method = sync
huge_pages = off
jit = off

# The same everywhere.
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'

logging_collector = off
log_checkpoints = off
log_line_prefix = '%m [%p] '
`
}

/** The whole of `pg_hba.conf`. The superuser has no password and no line: it cannot log in. */
export function accessRules(): string {
  return `# Written by jasper-runtime. TYPE DATABASE USER ADDRESS METHOD
host all ${appRole} 127.0.0.1/32 scram-sha-256
`
}
