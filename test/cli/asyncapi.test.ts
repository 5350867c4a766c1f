import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../compiler/cli/run.ts'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults } from '../../compiler/config/project.ts'
import { asyncApiDocument, type AsyncApiDocument } from '../../compiler/describe/asyncapi.ts'
import { printDescription } from '../../compiler/cli/describe-command.ts'
import { describeCompilation } from '../../compiler/describe-project.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import { repository } from './temporary-project.ts'

const require = createRequire(import.meta.url)
const desk = join(repository, 'fixtures/apps/order-desk')

/** What the people of AsyncAPI publish for the purpose. */
const isAsyncApi = new Ajv({ strict: false, validateFormats: false }).compile(require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object)

async function describeDesk(...args: readonly string[]) {
  let out = ''
  let error = ''
  const say = (text: string) => void (out += text)
  const complain = (text: string) => void (error += text)
  const code = await run(['describe', ...args], { cwd: desk, env: {}, out: say, error: complain, color: false })
  return { code, out, error }
}

let document: AsyncApiDocument
beforeAll(async () => {
  document = JSON.parse((await describeDesk('--asyncapi')).out) as AsyncApiDocument
}, 60_000)

describe('describe --asyncapi', () => {
  it('prints a document that AsyncAPI 3 takes', () => {
    expect(isAsyncApi(document), JSON.stringify(isAsyncApi.errors?.slice(0, 3))).toBe(true)
    expect(isAsyncApi({ ...document, channels: 1 })).toBe(false)
  })

  it('has a channel for each endpoint, with what is handled and what is sent', () => {
    expect(document.channels['local.place-order']).toMatchObject({
      address: 'local://place-order',
      messages: { PlaceOrder: { $ref: '#/components/messages/PlaceOrder' } },
    })
    expect(document.operations['receive.local.place-order']).toMatchObject({ action: 'receive', messages: [{ $ref: '#/channels/local.place-order/messages/PlaceOrder' }] })
    expect(document.operations['send.local.place-order']).toBeUndefined()
    expect(document.operations['send.local.figures']?.messages).toEqual([
      { $ref: '#/channels/local.figures/messages/OrderConfirmed' },
      { $ref: '#/channels/local.figures/messages/OrderRejected' },
    ])
  })

  it('says what is on the wire: text for dates and for numbers of any size', () => {
    const { schemas, messages } = document.components
    expect(messages['PlaceOrder']).toMatchObject({ name: 'PlaceOrder', contentType: 'application/json', payload: { $ref: '#/components/schemas/PlaceOrder' } })
    expect(schemas['PlaceOrder']).toMatchObject({ required: expect.arrayContaining(['orderId', 'lines', 'placedAt']), properties: { placedAt: { type: 'string', format: 'date-time' } } })
    expect(schemas['OrderLine']).toMatchObject({ properties: { priceCents: { type: 'string', pattern: '^-?[0-9]+$' }, quantity: { type: 'number' } } })
  })

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '')
    expect(references.length).toBeGreaterThan(20)
    const found = (path: string) => path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
    expect(references.filter((path) => found(path) === undefined)).toEqual([])
  })

  it('knows every type that travels, and older versions', async () => {
    for (const name of ['everything-that-travels', 'versions-brought-up-to-date', 'names-on-the-wire', 'markers-of-messages']) {
      const project = { ...projectDefaults, folder: join(repository, 'fixtures/modules', name, 'app'), configFile: undefined }
      const compilation = compile(project)
      const description = await describeCompilation(project, compilation, new DiagnosticBag())
      const made = asyncApiDocument({ description, discovered: compilation.discovered, unknownMembers: 'ignore', info: { title: name, version: '1.0.0' } })
      expect(isAsyncApi(made), `${name} ${JSON.stringify(isAsyncApi.errors?.slice(0, 3))}`).toBe(true)
      if (name === 'markers-of-messages') {
        expect(made.components.messages['Charged']).toMatchObject({ headers: { properties: { 'jasper-topic': { const: 'accounts.charged' } } } })
        const words = printDescription(description, (_, text) => text)
        expect(words).toMatch(/Charge +@queue +local:\/\/payments\n +@deliverWithin +30s\n/)
        expect(words).toMatch(/Charged +@topic +accounts\.charged\n/)
      }
      if (name === 'versions-brought-up-to-date') expect(Object.keys(made.components.messages).some((key) => key.endsWith('.v1'))).toBe(true)
    }
  }, 120_000)
})

describe('describe --mermaid', () => {
  /** The forms that a line of ours has: nothing else is printed, so that no label can end a line or begin a shape. */
  const label = String.raw`"[\p{L}\p{N} .,:;/()_#<>-]*"`
  const line = new RegExp(
    String.raw`^(flowchart LR|  m\d+\(\[${label}\]\)|  c\d+\[${label}\]|  p\d+\[\(${label}\)\]|  t\d+\{\{${label}\}\}|  [mcpt]\d+ (-->|==>|-\.->)(\|${label}\|)? [mcpt]\d+|  classDef chain .*|  class c[\dc,]+ chain)$`,
    'u',
  )

  it('draws messages, handlers, cascades and routes', async () => {
    const { out, code } = await describeDesk('--mermaid')
    expect(code).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines.filter((one) => !line.test(one))).toEqual([])
    const idOf = (text: string) => lines.find((one) => one.includes(text))?.trim().match(/^[mcpt]\d+/)?.[0]
    const [placeOrder, placed, handler] = [idOf('(["PlaceOrder"])'), idOf('(["OrderPlaced"])'), idOf('place-order.handler.ts')]
    expect(lines).toContain(`  ${placeOrder} --> ${handler}`)
    expect(lines).toContain(`  ${handler} --> ${placed}`)
    expect(out).toContain('|"local://figures"|')
    expect(out).toContain('in a transaction of pg')
  }, 60_000)

  it('refuses to print two forms at once', async () => {
    const { out, error, code } = await describeDesk('--mermaid', '--asyncapi')
    expect(code).toBe(3)
    expect(out + error).toContain('JG0031')
  })
})
