import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BrokerAdmin } from './rabbitmq-broker.ts'
import { eventually } from './eventually.ts'

/** Debian's wrapper in the path would run as another user and in other folders. */
const binaries = '/usr/lib/rabbitmq/bin'

export function isRabbitmqInstalled(): boolean {
  return existsSync(join(binaries, 'rabbitmq-server'))
}

/**
 * A RabbitMQ of the tests' own, made from the installed one: ports, folders, cookie and port mapper of its
 * own, so that it may be killed without harm to any other. It dies with the process that started it.
 */
export class RabbitmqNode {
  readonly #folder = mkdtempSync(join(tmpdir(), 'jasper-rabbitmq-'))
  readonly #environment: Readonly<Record<string, string>>
  readonly port: number
  readonly #mapper: ChildProcess
  #server: ChildProcess | undefined

  private constructor(port: number, distribution: number, mapperPort: number) {
    this.port = port
    const inFolder = (name: string): string => join(this.#folder, name)
    writeFileSync(inFolder('plugins'), '[].')
    writeFileSync(inFolder('rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\nlog.console = false\n`)
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.#folder,
      RUNNING_UNDER_SYSTEMD: 'yes',
      ERL_EPMD_PORT: String(mapperPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `jasper-test-${port}@localhost`,
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_MNESIA_BASE: inFolder('data'),
      RABBITMQ_LOG_BASE: inFolder('log'),
      RABBITMQ_PID_FILE: inFolder('pid'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('plugins'),
      RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
    }
    this.#mapper = this.#spawn('epmd', ['-address', '127.0.0.1', '-port', String(mapperPort)])
  }

  static async start(): Promise<RabbitmqNode> {
    if (!isRabbitmqInstalled()) throw new Error(`These tests start a RabbitMQ of their own, and ${binaries} has none. Install rabbitmq-server.`)
    const node = new RabbitmqNode(await freePort(), await freePort(), await freePort())
    try {
      await node.up()
      return node
    } catch (error) {
      await node.drop()
      throw error
    }
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`
  }

  /** Resolves when it answers. */
  async up(): Promise<void> {
    const server = this.#spawn(join(binaries, 'rabbitmq-server'), [])
    this.#server = server
    await eventually(
      'the RabbitMQ of the tests answers',
      async () => {
        if (server.exitCode !== null) throw new Error(`it has exited: ${readFileSync(join(this.#folder, 'output'), 'utf8').slice(-2_000)}`)
        const admin = await BrokerAdmin.at(this.url)
        await admin.close()
        return true
      },
      120_000,
    )
  }

  /** As a crash does it. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  /** What an operator would type. */
  async ctl(...words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(join(binaries, 'rabbitmqctl'), words, { env: this.#environment })
    return stdout
  }

  /** Ends it for good. */
  async drop(): Promise<void> {
    await this.kill()
    await ended(this.#mapper, 'SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server !== undefined) await ended(server, signal)
  }

  #spawn(program: string, words: readonly string[]): ChildProcess {
    const output = openSync(join(this.#folder, 'output'), 'a')
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...words], { env: this.#environment, stdio: ['ignore', output, output] })
    child.on('error', () => undefined)
    return child
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
