import { RabbitmqNode, isRabbitmqInstalled } from '../support/rabbitmq-node.ts'
import { rabbitmqBroker } from '../support/rabbitmq-broker.ts'

/**
 * Before the driver suites: where the environment names no RabbitMQ and none answers here, starts one of
 * the installed server and names it to all workers. Where none is installed the suites fail and say what to set.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['JASPER_TEST_RABBITMQ_URL']) return undefined
  const answers = await rabbitmqBroker().then(
    () => true,
    () => false,
  )
  if (answers || !isRabbitmqInstalled()) return undefined
  const node = await RabbitmqNode.start()
  process.env['JASPER_TEST_RABBITMQ_URL'] = node.url
  console.info('RabbitMQ for tests: one of the installed server, started for this run')
  return () => node.drop()
}
