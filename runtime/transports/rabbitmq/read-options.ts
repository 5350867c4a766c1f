import { JasperError } from '../../errors/jasper-error.ts'
import type { ConnectTo } from './amqp.ts'
import type { RabbitmqOptions } from './options.ts'

/** The limit of RabbitMQ 4; that of RabbitMQ 3 is higher. */
const largestMessage = 16 * 1024 * 1024

export interface RabbitSettings {
  readonly scheme: string
  /** Places without secrets. */
  readonly description: string
  readonly nodes: readonly ConnectTo[]
  readonly largestMessage: number
}

/** Throws `JASPER_BAD_OPTION`, in which no part of a URL stands but its place. */
export function readOptions(options: RabbitmqOptions): RabbitSettings {
  const { url, name, heartbeat = 10 } = options
  if (name !== undefined && !/^[a-z0-9][a-z0-9.-]*$/.test(name)) {
    throw bad(`name of rabbitmq() is ${JSON.stringify(name)}. Use lower-case letters, digits, '.', '-'.`)
  }
  if (!Number.isInteger(heartbeat) || heartbeat < 1 || heartbeat > 60) throw bad(`heartbeat of rabbitmq() is ${heartbeat}. Give whole seconds from 1 to 60.`)
  const largest = options.largestMessage ?? largestMessage
  if (!Number.isInteger(largest) || largest < 1) throw bad(`largestMessage of rabbitmq() is ${largest}. Give bytes, a whole number above 0.`)
  if (url === undefined) throw bad("rabbitmq() has no url. Give it the address of the broker, such as 'amqp://user:password@host:5672/vhost'.")
  const urls = typeof url === 'string' ? [url] : url
  if (urls.length === 0) throw bad('url of rabbitmq() is an empty list. Give at least one.')
  const nodes = urls.map((one) => readUrl(one, heartbeat))
  const [first] = nodes
  if (nodes.some(({ vhost }) => vhost !== first!.vhost)) throw bad('The urls of rabbitmq() name different virtual hosts. Nodes of one cluster share them.')
  return {
    scheme: name === undefined ? 'rabbitmq' : `rabbitmq+${name}`,
    description: `RabbitMQ at ${nodes.map(({ hostname, port }) => `${hostname}:${port}`).join(', ')}, virtual host ${first!.vhost}`,
    nodes,
    largestMessage: largest,
  }
}

function readUrl(text: unknown, heartbeat: number): ConnectTo {
  const url = typeof text === 'string' ? URL.parse(text) : null
  const protocol = url?.protocol.slice(0, -1)
  if (url === null || (protocol !== 'amqp' && protocol !== 'amqps') || url.hostname === '') {
    throw bad("A url of rabbitmq() cannot be read. Write it as 'amqp://user:password@host:5672/vhost', with amqps for TLS; what URLs reserve is percent-encoded.")
  }
  if (url.search !== '' || url.hash !== '') throw bad(`The url of rabbitmq() at ${url.host} has parameters. Give options instead, such as heartbeat.`)
  return {
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (protocol === 'amqp' ? 5672 : 5671) : Number(url.port),
    username: part(url.username, 'user') || 'guest',
    password: part(url.password, 'password') || (url.username === '' ? 'guest' : ''),
    vhost: part(url.pathname.slice(1), 'virtual host') || '/',
    heartbeat,
  }
}

function part(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad(`The ${what} in a url of rabbitmq() is badly percent-encoded.`)
  }
}

function bad(text: string): JasperError {
  return new JasperError('JASPER_BAD_OPTION', text)
}
