import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../../compiler/cli/run.ts'
import { repository } from './temporary-project.ts'

const app = join(repository, 'fixtures/explain/why-not-a-handler/app')

/** The command line in this process, as from a folder. */
async function explain(cwd: string, ...args: readonly string[]) {
  let out = ''
  const note = (text: string) => void (out += text)
  const code = await run(['explain', ...args], { cwd, env: {}, out: note, error: note, color: false, columns: 80 })
  return { code, out }
}

describe('explain', { timeout: 120_000 }, () => {
  it('ends with 0 where it has an answer, whatever is wrong with the project, and with 3 where it has none', async () => {
    expect((await explain(app, 'JG4002')).code).toBe(0)
    const answer = await explain(app, 'CancelOrder')
    expect(answer).toMatchObject({ code: 0, out: expect.stringContaining('calls OrderHandler.consume  src/orders/classes.handler.ts:8') })
    const nothing = await explain(app, 'PlaceOder')
    expect(nothing.code).toBe(3)
    expect(nothing.out).toContain('JG0030')
    expect(nothing.out).toContain('did you mean PlaceOrder?')
  })

  it('takes paths as they are typed, from wherever one stands', async () => {
    const answer = await explain(join(app, 'src'), 'orders/cancel-order.ts', '--config', '../jasper.config.ts')
    expect(answer.code).toBe(3)
    expect((await explain(app, './src/orders/cancel-order.ts')).out).toContain('would be a handler of CancelOrder')
  })

  it('prints data for tools', async () => {
    const { explanation } = JSON.parse((await explain(app, 'src/orders/cancel-order.ts', '--json')).out)
    expect(explanation).toEqual({
      kind: 'file',
      file: 'src/orders/cancel-order.ts',
      match: { kind: 'unmatched', near: { pattern: 'src/**/*.handler.{ts,mts}', differs: 'name' } },
      entries: [{ name: 'handle', kind: 'function', span: expect.objectContaining({ line: 3 }), verdict: { kind: 'handler', message: 'CancelOrder' } }],
      problems: [],
    })
    const chain = JSON.parse((await explain(app, 'CancelOrder', '--json')).out).explanation.chains[0]
    expect(chain.steps).toContainEqual({
      words: 'calls OrderHandler.consume',
      place: 'src/orders/classes.handler.ts:8',
      parameters: [{ name: 'command', type: 'CancelOrder', from: 'the message' }],
    })
  })

  it('keeps within the width of the terminal', async () => {
    const { out } = await explain(app, 'src/orders/orders.handler.ts')
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})
