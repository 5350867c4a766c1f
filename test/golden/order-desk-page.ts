import { fileURLToPath } from 'node:url'
import { printExplanation } from '../../compiler/cli/print-explanation.ts'
import { printMermaid } from '../../compiler/cli/print-mermaid.ts'
import { loadConfig } from '../../compiler/config/load-config.ts'
import { describeProject } from '../../compiler/describe-project.ts'
import { explainerOf } from '../../compiler/explain/explain-project.ts'

const plain = (_: unknown, text: string) => text

/** `docs/order-desk.md`: what the tools say of the example app, as they print it. */
export async function orderDeskPage(): Promise<string> {
  const { project } = await loadConfig(fileURLToPath(new URL('../../fixtures/apps/order-desk', import.meta.url)))
  if (project === undefined) throw new Error('The order desk has a config that cannot be used')
  const outcome = await describeProject(project)
  if (outcome.kind === 'failed') throw new Error('The order desk cannot be described')
  const explain = explainerOf(project)
  const answer = async (name: string): Promise<readonly string[]> => {
    const explained = await explain(name)
    if (explained.kind === 'failed') throw new Error(`The order desk has nothing called ${name}`)
    return ['```text', `$ npx jasper-gen explain ${name}`, ...printExplanation(explained.explanation, project, plain).trimEnd().split('\n'), '```', '']
  }
  return [
    '<!-- Made by `npm run docs:record` from fixtures/apps/order-desk. Do not edit. -->',
    '# The order desk, as the tools see it',
    '',
    'The [example app](../fixtures/apps/order-desk) has nine messages. `npx jasper-gen describe --mermaid` draws them: messages are rounded,',
    'handlers stand in boxes, and an arrow is labelled where a message does not go to the queue of its own name.',
    '',
    '```mermaid',
    printMermaid(outcome.description).trimEnd(),
    '```',
    '',
    '## What happens to a message',
    '',
    ...(await answer('StockReserved')),
    '## Where a parameter comes from',
    '',
    ...(await answer('PaymentGateway')),
    '## Why something is a handler',
    '',
    'Asked of a file, a function or a class, `explain` gives the reason for each: also for what is none, as the class `PaymentTimeout`',
    'beside the interface of the gateway.',
    '',
    ...(await answer('ChargeHandler')),
    ...(await answer('src/payments/payment-gateway.ts')),
  ].join('\n')
}
