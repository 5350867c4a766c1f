import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jasperGen } from './run-bin.ts'
import { shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'

let project: TemporaryProject
beforeAll(async () => {
  project = temporaryProject({
    'package.json': shop['package.json'],
    'tsconfig.json': shop['tsconfig.json'],
    'jasper.config.ts': "import { defineConfig } from 'jasper-runtime/config'\nexport default defineConfig({ policies: 'src/policies.ts' })\n",
    'src/patience.ts': "export const patience = '90s'\n",
    'src/policies.ts': `import { policies, timeout, type ChainFacts } from 'jasper-runtime/config'
import { patience } from './patience.ts'

function payments({ message }: ChainFacts) {
  return message.startsWith('Charge') ? timeout(patience) : undefined
}

export default policies(payments, timeout('30s'))
`,
    'src/charge.handler.ts': `import { orderingKey, policies, queue, separate } from 'jasper-runtime/config'

export interface ChargeCard {
  accountId: string
}

export const policy = policies(separate(), orderingKey<ChargeCard>('accountId'))

export class ChargeHandler {
  static readonly policy = queue('payments')

  handle(command: ChargeCard): void {
    console.log(command.accountId)
  }
}

export function handle(command: ChargeCard): void {
  console.log(command.accountId)
}
`,
  })
  expect((await jasperGen(project.folder, ['build'])).code).toBe(0)
})
afterAll(() => project.remove('.'))

describe('policies of a class, a file and the app, a function among them', () => {
  it('are told by describe, each with its place', async () => {
    const ended = await jasperGen(project.folder, ['describe', '--json'])
    const own = { name: 'ordering key', value: 'accountId', from: 'policy in src/charge.handler.ts' }
    const patient = { name: 'timeout', value: '1.5 min', from: 'payments in src/policies.ts' }
    expect(JSON.parse(ended.out)).toMatchObject({
      ok: true,
      chains: [
        { separate: 'charge', queues: ['local://charge-card/charge'], settings: [patient, own] },
        {
          separate: 'charge-handler',
          queues: ['local://payments'],
          settings: [patient, { name: 'queue', value: 'local://payments', from: 'ChargeHandler.policy in src/charge.handler.ts' }, own],
        },
      ],
    })
  })

  it('stand in a table', async () => {
    const words = await jasperGen(project.folder, ['describe'])
    expect(words.out).toMatch(/queue +local:\/\/payments +ChargeHandler\.policy in src\/charge\.handler\.ts/)
  })

  it('make check compile again when what a function imports has changed, and are judged anew', async () => {
    project.write('src/patience.ts', "export const patience = 'ninety seconds' as '90s'\n")
    const ended = await jasperGen(project.folder, ['check'])
    expect(ended.code).toBe(2)
    expect(ended.error + ended.out).toContain('JG3022')
    project.write('src/patience.ts', "export const patience = '80s'\n")
  })

  it('make the generated code stale when handlers are no longer separate', async () => {
    project.write('src/charge.handler.ts', project.read('src/charge.handler.ts').replace('separate(), ', ''))
    const together = await jasperGen(project.folder, ['check'])
    expect([together.code, together.out + together.error]).toEqual([1, expect.stringContaining('charge-card.charge.chain.ts')])
  })
})
