import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A door in front of a server that a test can slam. */
export interface TcpFaultProxy {
  readonly port: number
  /** Resets every connection, and refuses new ones until `mend`. */
  cut(): void
  /** Keeps connections open and passes nothing on, as a lost network does, until `mend`. */
  silence(): void
  mend(): void
  close(): Promise<void>
}

/** Who looks on at what passes: each connection has a witness, told of the bytes of either side. */
export interface Witness {
  fromClient(bytes: Buffer): void
  fromServer(bytes: Buffer): void
  ended(): void
}

export async function tcpFaultProxy(host: string, port: number, witness?: () => Witness): Promise<TcpFaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let state: 'open' | 'cut' | 'silent' = 'open'
  const server = createServer((client) => {
    client.on('error', () => undefined)
    if (state === 'cut') return void client.resetAndDestroy()
    const upstream = connect(port, host)
    const pair = [client, upstream] as const
    pairs.add(pair)
    const seen = witness?.()
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on('data', (bytes) => {
        if (state !== 'open') return
        if (from === client) seen?.fromClient(bytes)
        else seen?.fromServer(bytes)
        to.write(bytes)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        to.destroy()
        if (pairs.delete(pair)) seen?.ended()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const reset = (): void => {
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy()
      upstream.destroy()
    }
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      reset()
    },
    silence() {
      state = 'silent'
    },
    mend() {
      state = 'open'
    },
    close: () =>
      new Promise((resolve) => {
        reset()
        server.close(() => resolve())
      }),
  }
}
