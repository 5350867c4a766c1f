/** The files of a first project, for `jasper-gen init`: one message, what handles it, and an app around them. */
export const starterFiles = {
  'jasper.config.ts': `import { defineConfig } from 'jasper-runtime/config'

export default defineConfig({
  handlers: ['src/**/*.handler.ts'],
})
`,
  'src/greetings/messages.ts': `/** A message is a plain type. Its name travels with it: renaming the type renames the message. */
export interface Greet {
  name: string
  at: Date
}

export interface Greeted {
  text: string
}
`,
  'src/greetings/greet.handler.ts': `import type { PoolClient } from 'pg'
import type { Greet, Greeted } from './messages.ts'

/** Asking for a PoolClient makes the handler transactional: its rows and the message it returns commit together. */
export async function handle(command: Greet, tx: PoolClient): Promise<Greeted> {
  await tx.query('create table if not exists greetings (name text not null, at timestamptz not null)')
  await tx.query('insert into greetings (name, at) values ($1, $2)', [command.name, command.at])
  return { text: \`Hello, \${command.name}!\` }
}
`,
  'src/greetings/tell.handler.ts': `import type { Greeted } from './messages.ts'

export function handle(event: Greeted): void {
  console.log(event.text)
}
`,
  'src/main.ts': `import { embedded } from 'jasper-runtime/embedded'
import { createApp } from './generated/jasper/index.ts'

// A PostgreSQL that the app starts itself, in ./.jasper. With a server of your own: postgres({ connectionString })
// from jasper-runtime/postgres; nothing else changes.
const app = createApp({ name: 'greeter', store: embedded('./.jasper') })
await app.start()

await app.bus.send('Greet', { name: 'Ada', at: new Date() }) // committed when this resolves
console.log('Greet is stored. Ctrl-C stops the app.')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.stop())
`,
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2023"],
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "verbatimModuleSyntax": true,
    "erasableSyntaxOnly": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["src"]
}
`,
  '.gitignore': `node_modules/
# The data of the embedded PostgreSQL
.jasper/
`,
  '.gitattributes': `# Generated code is committed; reviews fold it away.
src/generated/** linguist-generated=true
`,
} as const

/** Scripts for \`package.json\`. */
export const starterScripts = {
  'jasper:build': 'jasper-gen build',
  'jasper:watch': 'jasper-gen watch',
  'jasper:check': 'jasper-gen check',
} as const
