import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import type { App, AppOptions } from '../../runtime/host/app.ts'
import { strictTsconfig } from '../compiler/source-project.ts'

type Message = Readonly<Record<string, unknown>>
type AnyApp = App<Record<string, { message: Message; reply: unknown }>>

export interface CompiledApp {
  readonly createApp: (options: AppOptions & { readonly services: object }) => AnyApp
  /** The exports of a file of the app. */
  file(path: string): Promise<Record<string, unknown>>
}

/** Inside the repository, so that the runtime resolves; ignored by git, and by tsc as its name begins with a dot. */
const cache = join(dirname(fileURLToPath(import.meta.url)), '.cache', randomUUID())

/**
 * Compiles an app from its source, writes it down and imports it, as a deployed version of it would be.
 *
 * @param settings  What its config would say.
 */
export async function compiledApp(source: Readonly<Record<string, string>>, settings: Partial<Project> = {}): Promise<CompiledApp> {
  const folder = join(cache, randomUUID())
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  for (const [path, text] of Object.entries({ 'tsconfig.json': strictTsconfig, 'package.json': '{"type":"module"}', ...source })) await write(path, text)
  const project = { folder, configFile: undefined, ...projectDefaults, ...settings }
  const { modules, diagnostics } = compile(project)
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n'))
  for (const { path, text } of modules) await write(`${project.output}/${path}`, text)
  const file = async (path: string): Promise<Record<string, unknown>> => await import(pathToFileURL(join(folder, path)).href)
  const { createApp } = await file(`${project.output}/index.ts`)
  return { createApp: createApp as CompiledApp['createApp'], file }
}

/** Removes what `compiledApp` wrote for this test file. */
export async function removeCompiledApps(): Promise<void> {
  await rm(cache, { recursive: true, force: true })
}
