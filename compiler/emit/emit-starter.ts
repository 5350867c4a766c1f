import { starterFiles, starterScripts } from '../../templates/starter.ts'
import type { EmittedModule } from './emitted-module.ts'

/** What a project is that `init` comes to. */
export interface StarterPlace {
  /** Its package is made of ES modules. */
  readonly isModule: boolean
  /** It has handlers of its own: it needs no example. */
  readonly hasHandlers: boolean
  /** Whether a file is there. */
  has(path: string): boolean
}

/**
 * The files that a project lacks for a first build, relative to its folder. An example is for those who
 * have no handlers, and its app for those whose modules can await at their top.
 */
export function emitStarter(place: StarterPlace): readonly EmittedModule[] {
  const example = (path: string): boolean => path.startsWith('src/') && path !== 'src/main.ts'
  const wanted = Object.entries(starterFiles).filter(([path]) => {
    if (example(path)) return !place.hasHandlers
    if (path === 'src/main.ts') return !place.hasHandlers && place.isModule
    return true
  })
  return wanted
    .filter(([path]) => !place.has(path))
    .map(([path, text]) => ({ path, text: path === 'tsconfig.json' && !place.isModule ? text.replace(onlyForModules, '') : text }))
}

/** The text of a package.json with the scripts of `init`, and which of them are new. One that has such a script keeps it. */
export function emitPackage(
  text: string | undefined,
  { name, asModule }: { readonly name: string; readonly asModule: boolean },
): { readonly text: string; readonly added: readonly string[] } {
  const described = text === undefined ? { name, private: true } : (JSON.parse(text) as Record<string, unknown>)
  const found: Record<string, unknown> = asModule ? { ...described, type: 'module' } : described
  const scripts = isObject(found['scripts']) ? found['scripts'] : {}
  const added = Object.keys(starterScripts).filter((script) => !Object.hasOwn(scripts, script))
  if (text !== undefined && added.length === 0 && !asModule) return { text, added }
  const indent = /^[{[]\r?\n([ \t]+)/.exec(text ?? '')?.[1] ?? '  '
  return { text: `${JSON.stringify({ ...found, scripts: { ...scripts, ...pick(starterScripts, added) } }, undefined, indent)}\n`, added }
}

/** tsc refuses `import` under it in a package whose modules are CommonJS. */
const onlyForModules = /^ *"verbatimModuleSyntax": true,\n/m

function pick(scripts: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(scripts).filter(([name]) => names.includes(name)))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
