import { watch, type FSWatcher } from 'chokidar'
import { findConfigs } from '../config/find-config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { Project } from '../config/project.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diskFileSystem } from '../discover/file-system.ts'
import { draftOwner } from '../emit/generated-header.ts'
import { EventGathering, type Batch } from './gather-events.ts'
import { slashed, tellsOfPackages } from './watched-places.ts'
import { WatchSession, type Rebuild } from './watch-session.ts'

/** What happened, as it happens. */
export type WatchEvent =
  | (Exclude<Rebuild, { readonly kind: 'nothing' }> & { readonly project: Project; readonly milliseconds: number })
  /** The config cannot be used as it is now. Nothing is built until it can. */
  | { readonly kind: 'misconfigured'; readonly diagnostics: readonly Diagnostic[]; readonly folder: string }
  /** The first build is done, well or not, and every later change will be noticed. */
  | { readonly kind: 'watching'; readonly places: number }

export interface WatchOptions {
  readonly project: Project
  /** Messages, by wire name, whose change may leave stored ones unreadable. */
  readonly accepted: readonly string[]
  /** Reads the config again, after it changed. */
  readonly reload: () => Promise<LoadedConfig>
  readonly report: (event: WatchEvent) => Promise<void>
  /** Ends the watching. */
  readonly signal: AbortSignal
}

/** Builds a project, and again whenever something changes that the last build has read. Resolves when the signal says so. */
export async function watchProject(options: WatchOptions): Promise<void> {
  const watching = new Watching(options)
  await watching.begin()
  await new Promise<void>((resolve) => {
    if (options.signal.aborted) resolve()
    options.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await watching.end()
}

class Watching {
  readonly #options: WatchOptions
  readonly #events = new EventGathering((batch) => this.#handle(batch))
  readonly #watched = new Set<string>()
  readonly #watcher: FSWatcher
  #session: WatchSession | undefined
  #config: string | undefined

  constructor(options: WatchOptions) {
    this.#options = options
    this.#session = new WatchSession(options.project, options.accepted)
    this.#config = this.#configText()
    // Each folder alone: what is below is watched because it was read, and not because it is there. The first look at a folder
    // reports all that is in it, so nothing is missed that changed between the build and that look.
    this.#watcher = watch([], {
      depth: 0,
      ignoreInitial: false,
      atomic: false,
      ignorePermissionErrors: true,
      ignored: (path) => draftOwner(path) !== undefined,
    })
    this.#watcher.on('all', (kind, path) => {
      const changed = slashed(path)
      if (kind === 'unlinkDir') this.#forget(changed)
      this.#events.add(changed)
    })
    // What the system says of a place, before chokidar compares time stamps and leaves out what comes too soon after another.
    this.#watcher.on('raw', (_kind, _name, details: unknown) => {
      const place = typeof details === 'object' && details !== null && 'watchedPath' in details ? details.watchedPath : undefined
      if (typeof place === 'string') this.#events.add(slashed(place))
    })
    // A folder that cannot be watched is one whose changes are not noticed; the others are.
    this.#watcher.on('error', () => undefined)
  }

  async begin(): Promise<void> {
    const began = performance.now()
    const { project } = this.#options
    const first = await this.#session?.build()
    if (first !== undefined) await this.#options.report({ ...first, project, milliseconds: performance.now() - began })
    const ready = new Promise<void>((resolve) => void this.#watcher.once('ready', resolve))
    this.#watchPlaces()
    await ready
    await this.#options.report({ kind: 'watching', places: this.#watched.size })
  }

  async end(): Promise<void> {
    await this.#events.stop()
    await this.#watcher.close()
  }

  async #handle({ paths, began }: Batch): Promise<void> {
    const result = await this.#update(paths)
    this.#watchPlaces()
    const project = this.#session?.project
    if (result.kind === 'nothing' || project === undefined) return
    await this.#options.report({ ...result, project, milliseconds: performance.now() - began })
  }

  async #update(paths: ReadonlySet<string>): Promise<Rebuild> {
    const config = this.#configText()
    if (config !== this.#config) {
      this.#config = config
      return this.#reconfigure()
    }
    if (this.#session === undefined) return { kind: 'nothing' }
    return [...paths].some(tellsOfPackages) ? this.#session.verify() : this.#session.update(paths)
  }

  async #reconfigure(): Promise<Rebuild> {
    const { project, diagnostics, folder } = await this.#options.reload()
    if (project === undefined) {
      this.#session = undefined
      await this.#options.report({ kind: 'misconfigured', diagnostics, folder })
      return { kind: 'nothing' }
    }
    this.#session = new WatchSession(project, this.#options.accepted)
    const name = project.configFile ?? this.#options.project.configFile ?? 'jasper.config.ts'
    const kind = project.configFile === undefined ? 'removed' : 'changed'
    return this.#session.build([{ path: `${slashed(project.folder)}/${name}`, kind }])
  }

  /** All that decides about the settings; the same text, the same settings. */
  #configText(): string {
    const { folder, configFile } = this.#options.project
    const names = configFile === undefined || findConfigs(folder).includes(configFile) ? findConfigs(folder) : [configFile]
    const texts = names.map((name) => diskFileSystem.readFile(`${folder}/${name}`)).map((bytes) => Buffer.from(bytes ?? []).toString())
    return JSON.stringify([names, texts])
  }

  #watchPlaces(): void {
    const fresh = (this.#session?.places() ?? []).filter((path) => !this.#watched.has(path))
    for (const path of fresh) this.#watched.add(path)
    this.#watcher.add(fresh)
  }

  /** A folder that comes back is watched anew. */
  #forget(folder: string): void {
    for (const path of this.#watched) if (path === folder || path.startsWith(`${folder}/`)) this.#watched.delete(path)
  }
}
