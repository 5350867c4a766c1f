import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Clock } from '../../contracts/clock.ts'

/** Below the ports that systems give to outgoing connections, so that none sits on ours by chance. */
const lowest = 20_000
const highest = 32_000

/** What is left of a server that was killed may hold its port for so long. */
const patienceMs = 2_000

/**
 * The port of the last time, so that open pools and addresses that were passed on find the server
 * again; another one, at random, when it stays taken.
 */
export async function choosePort(rememberedIn: string, clock: Clock): Promise<number> {
  const remembered = Number(await readFile(rememberedIn, 'utf8').catch(() => ''))
  if (remembered >= 1024 && remembered <= 65_535) {
    const end = clock.monotonic() + patienceMs
    for (;;) {
      if (await isFree(remembered)) return remembered
      if (clock.monotonic() > end) break
      await clock.sleep(20)
    }
  }
  for (;;) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
