import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildProject } from '../../compiler/build-project.ts'
import { checkProject } from '../../compiler/check-project.ts'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults } from '../../compiler/config/project.ts'
import { shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'

let files: TemporaryProject
beforeAll(() => {
  files = temporaryProject({
    'package.json': shop['package.json'],
    'tsconfig.json': shop['tsconfig.json'],
    'src/order.handler.ts': `import { delayed, type Delayed } from './late.ts'
export interface PlaceOrder { id: string }
export interface OrderExpired { id: string }
export function handle({ id }: PlaceOrder): Delayed<OrderExpired> { return delayed({ id }, '1h') }
`,
    'src/late.ts': "export { delayed, type Scheduled as Delayed } from 'jasper-runtime'\n",
    'src/names.ts': "export const routed = 'PlaceOrder'\n",
    'src/routes.ts': "import { routed } from './names.ts'\nexport default { publish: [{ message: routed, destinations: ['local://place-order'] }], listen: [] }\n",
  })
})
afterAll(() => files.remove('.'))

const projectHere = () => ({ ...projectDefaults, folder: files.folder, configFile: undefined, routes: 'src/routes.ts' })
const compiled = (): readonly string[] => compile(projectHere()).diagnostics.map(({ code }) => code)

const codes = async (): Promise<readonly string[]> => {
  const project = projectHere()
  const [built, checked] = [await buildProject(project), await checkProject(project)]
  if (built.kind !== 'built' || checked.kind !== 'current') throw new Error(JSON.stringify([built, checked]))
  expect(checked.warnings, 'check says what build says').toEqual(built.warnings)
  return built.warnings.map(({ code, message }) => `${code} ${message.split(' ')[0]}`)
}

it('a message that is sent to nobody is warned of until a route takes it, whatever the routes import', async () => {
  expect(await codes()).toEqual(['JG3011 OrderExpired'])
  expect(await codes(), 'said again from the record').toEqual(['JG3011 OrderExpired'])
  files.write('src/names.ts', "export const routed = 'OrderExpired'\n")
  expect(await codes()).toEqual([])
})

it.each([
  ['a rule that is a function', 'publish: [{ message: () => true, destinations: [] }], listen: []'],
  ['a rule for a namespace', "publish: [{ message: { namespace: 'orders' }, destinations: [] }], listen: []"],
  ['conventions', 'publish: [], listen: [], conventions: [{}]'],
])('nothing is said where routes have %s: they may mean every message', (_, routes) => {
  files.write('src/routes.ts', `export default { ${routes} }\n`)
  expect(compiled()).toEqual([])
})

it('nothing is said where the routes cannot be read at build', () => {
  files.write('src/routes.ts', "throw new Error('no address')\nexport default { publish: [], listen: [] }\n")
  expect(compiled()).toEqual([])
})
