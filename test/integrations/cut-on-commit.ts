import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to the database that delivers COMMIT and then breaks before the answer comes back. */
export interface CutOnCommit {
  readonly port: number
  /** Answers that never arrived. */
  readonly lost: number
  close(): Promise<void>
}

/** Listens on loopback. Breaks at each `every`-th COMMIT; at each one when unsaid. */
export async function cutOnCommit(target: { readonly host: string; readonly port: number }, every = 1): Promise<CutOnCommit> {
  const sockets = new Set<Socket>()
  let commits = 0
  let lost = 0
  const server = createServer((near) => {
    const far = connect(target)
    let commit = false
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        near.destroy()
        far.destroy()
        sockets.delete(socket)
      })
    }
    near.on('data', (bytes) => {
      if (bytes.includes('commit\0') && ++commits % every === 0) commit = true
      far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (!commit) return void near.write(bytes)
      if (!near.destroyed) lost += 1
      near.resetAndDestroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get lost() {
      return lost
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
