import type { EmptyProject } from './empty-project.ts'

/** What a newcomer writes first: a message, a handler with a service and a cascade, and an app. */
export function writeFirstHandler(project: EmptyProject): void {
  for (const [path, text] of Object.entries(files)) project.write(path, text)
}

const files = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      lib: ['es2023'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      rewriteRelativeImportExtensions: true,
      rootDir: 'src',
      outDir: 'dist',
    },
    include: ['src'],
  }),
  'jasper.config.ts': `import { defineConfig } from 'jasper-runtime/config'

export default defineConfig({ handlers: ['src/**/*.handler.ts'] })
`,
  'src/messages.ts': `export interface Greet {
  name: string
  at: Date
}

export interface Greeted {
  text: string
}
`,
  'src/greet.handler.ts': `import type { Greet, Greeted } from './messages.ts'

export interface Phrases {
  hello(name: string): string
}

export function handle(command: Greet, phrases: Phrases): Greeted {
  return { text: phrases.hello(command.name) + ' in ' + command.at.getUTCFullYear() }
}
`,
  'src/tell.handler.ts': `import type { Greeted } from './messages.ts'

export interface Listener {
  hear(text: string): void
}

export function handle(event: Greeted, listener: Listener): void {
  listener.hear(event.text)
}
`,
  'src/main.ts': `import { inMemory } from 'jasper-runtime'
import { createApp } from './generated/jasper/index.ts'

let resolve = (_text: string): void => {}
const heard = new Promise<string>((heardIt) => (resolve = heardIt))
const app = createApp({
  name: 'newcomer',
  store: inMemory(),
  services: { phrases: { hello: (name) => \`Hello, \${name}\` }, listener: { hear: (text) => resolve(text) } },
})
await app.start()
await app.bus.send('Greet', { name: 'Ada', at: new Date('2026-01-01T00:00:00Z') })
console.log('heard:', await heard)
console.log('answered:', (await app.bus.invoke('Greet', { name: 'Bo', at: new Date('2027-01-01T00:00:00Z') })).text)
await app.stop()
`,
  'src/mistake.ts': `import type { App } from 'jasper-runtime'
import type { Messages } from './generated/jasper/index.ts'

export async function mistakes(app: App<Messages>): Promise<void> {
  // @ts-expect-error -- no message has this name
  await app.bus.send('Greeet', { name: 'Ada', at: new Date(0) })
  // @ts-expect-error -- the message has no such member
  await app.bus.send('Greet', { named: 'Ada', at: new Date(0) })
}
`,
  'require.cjs': `const { JasperError, inMemory } = require('jasper-runtime')
const { defineConfig } = require('jasper-runtime/config')
console.log(typeof JasperError, typeof inMemory, typeof defineConfig, typeof require('jasper-runtime/generated').buildApp)
`,
}
