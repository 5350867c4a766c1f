import { open, rename, stat, type FileHandle } from 'node:fs/promises'

/** A log that grows beyond this is set aside at the next start; one old one is kept. */
const longestLog = 5 * 1024 * 1024

/** The server's log file, opened for a start, with what that start has written. */
export interface ServerLog {
  readonly file: FileHandle
  /** The last lines since the start, at most `lines`. */
  tail(lines?: number): Promise<string>
}

export async function openServerLog(path: string, owner: { uid: number; gid: number } | undefined): Promise<ServerLog> {
  const size = await sizeOf(path)
  if (size > longestLog) await rename(path, `${path}.old`)
  const file = await open(path, 'a', 0o600)
  if (owner !== undefined) await file.chown(owner.uid, owner.gid)
  const from = size > longestLog ? 0 : size
  return {
    file,
    async tail(lines = 12) {
      const reader = await open(path, 'r').catch(() => undefined)
      if (reader === undefined) return ''
      try {
        const { size: end } = await reader.stat()
        const length = Math.min(Math.max(end - from, 0), 16_384)
        const { buffer, bytesRead } = await reader.read(Buffer.alloc(length), 0, length, end - length)
        return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n')
      } finally {
        await reader.close()
      }
    },
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
