import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts'
import { builtInIntegrations } from '../../compiler/integrations/built-in.ts'
import { readManifest } from '../../compiler/promises/committed-manifest.ts'
import { brokenPromises } from '../../compiler/promises/broken-promises.ts'
import type { Integration } from '../../compiler/integrations/integration.ts'
import { printDiagnostics } from '../../compiler/diagnostics/print-diagnostics.ts'

const rooms = fileURLToPath(new URL('../../fixtures/', import.meta.url))

/** Cases of a room of fixtures, by name. Each has an `app` that goes in and a `want` that comes out. */
export function casesOf(room: 'diagnostics' | 'handlers'): readonly string[] {
  return readdirSync(`${rooms}${room}`).sort()
}

export function folderOf(room: 'diagnostics' | 'handlers', name: string): string {
  return `${rooms}${room}/${name}`
}

/** The settings of a case: the defaults, with those that its `project.json` names. */
export function projectOf(folder: string): Project {
  const settings = `${folder}/project.json`
  const own = existsSync(settings) ? (JSON.parse(readFileSync(settings, 'utf8')) as Partial<Project>) : {}
  return { folder: `${folder}/app`, configFile: undefined, ...projectDefaults, ...own }
}

/** All problems of the app in a folder of `fixtures/diagnostics`, through every stage. */
export function diagnose(folder: string): readonly Diagnostic[] {
  const project = projectOf(folder)
  const compilation = compile(project, { integrations: [...builtInIntegrations, ...furtherIntegrations(folder)] })
  return [...compilation.diagnostics, ...brokenPromises(project, compilation, { accepted: [], manifest: readManifest(project) })]
}

/** Compile halves of libraries that a case needs beside those that are built in. */
function furtherIntegrations(folder: string): readonly Integration[] {
  const file = `${folder}/integrations.json`
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Integration[]) : []
}

/** Problems as `want/diagnostics.txt` holds them. */
export function printed(folder: string, diagnostics: readonly Diagnostic[]): string {
  return printDiagnostics(diagnostics, { folder: `${folder}/app`, format: 'pretty', color: false })
}
