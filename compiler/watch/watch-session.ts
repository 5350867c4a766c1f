import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { finishBuild, type BuildOutcome } from '../build-project.ts'
import { hasErrors, type Compilation } from '../compilation.ts'
import { compile } from '../compile.ts'
import type { Project } from '../config/project.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diskFileSystem } from '../discover/file-system.ts'
import { SessionMemory } from '../session-memory.ts'
import type { ChangedAnswer } from '../discover/recording-host.ts'
import { draftOwner, manifestName } from '../emit/generated-header.ts'
import { readManifest } from '../promises/committed-manifest.ts'
import { isBelow, slashed, watchedPlaces } from './watched-places.ts'

type Built = Extract<BuildOutcome, { readonly kind: 'built' }>

/** What one batch of events came to. */
export type Rebuild =
  /** Nothing that was read is different. */
  | { readonly kind: 'nothing' }
  | (Built & {
      /** Chains, by the wire name of their message, of which something was written, sorted. */
      readonly rebuilt: readonly string[]
      /** Why, relative to the project's folder. Empty for the first build, and where only the output had been changed. */
      readonly because: readonly ChangedAnswer[]
    })
  | {
      readonly kind: 'failed'
      readonly diagnostics: readonly Diagnostic[]
      readonly because: readonly ChangedAnswer[]
    }

/** A project that is built again and again, with everything in memory that the next build can use. */
export class WatchSession {
  readonly project: Project
  readonly #accepted: readonly string[]
  readonly #output: string
  /**
   * The manifest that was there before us, or that somebody else put there since. What came and went while somebody typed
   * was never promised to anybody.
   */
  #promised: string | undefined
  #memory = new SessionMemory(diskFileSystem)
  /** The manifest as we wrote it last. */
  #wrote: string | undefined
  /** The last compilation, if the output folder was left as it says. */
  #stands: Compilation | undefined

  /** @param accepted  Messages whose change may leave stored ones unreadable. */
  constructor(project: Project, accepted: readonly string[]) {
    this.project = project
    this.#accepted = accepted
    this.#output = slashed(join(project.folder, project.output))
    this.#promised = readManifest(project)
  }

  /** Builds from what is known, and from the disk where nothing is. */
  async build(because: readonly ChangedAnswer[] = []): Promise<Exclude<Rebuild, { readonly kind: 'nothing' }>> {
    const named = because.map(({ path, kind }) => ({ path: slashed(relative(this.project.folder, path)), kind }))
    const compilation = compile(this.project, { memory: this.#memory })
    const outcome = await finishBuild(this.project, compilation, { accepted: this.#accepted, manifest: this.#promised })
    this.#stands = outcome.kind === 'built' ? compilation : undefined
    if (outcome.kind === 'failed') return { ...outcome, because: named }
    this.#wrote = compilation.modules.find(({ path }) => path === manifestName)?.text
    return { ...outcome, rebuilt: rebuiltChains(compilation, outcome), because: named }
  }

  /** Builds again if something at these paths, or below them, is not what it was. */
  async update(paths: Iterable<string>): Promise<Rebuild> {
    const outputs: string[] = []
    const sources: string[] = []
    for (const path of paths) (isBelow(this.#output, path) ? outputs : sources).push(path)
    const { changes, lost } = this.#memory.program.refresh(sources)
    if (lost) this.#memory = new SessionMemory(diskFileSystem)
    const promisesChanged = this.#takePromises(outputs)
    if (changes.length > 0) return this.#after(changes)
    if (promisesChanged) return this.build()
    return this.#isAsLeft(outputs) ? { kind: 'nothing' } : this.build()
  }

  /** Builds again if anything at all that was ever read is not what it was. */
  verify(): Promise<Rebuild> {
    return this.update(this.#memory.program.host.asked())
  }

  places(): readonly string[] {
    return watchedPlaces(this.project, this.#memory.program.host)
  }

  async #after(changes: readonly ChangedAnswer[]): Promise<Rebuild> {
    // Our own folders came into being: that changed what was listed, and nothing else.
    const foreign = changes.filter(({ path, kind }) => kind === 'changed' || !isBelow(path, this.#output))
    const result = await this.build(foreign)
    const isIdle = foreign.length === 0 && result.kind === 'built' && result.files.written.length + result.files.deleted.length === 0
    return isIdle ? { kind: 'nothing' } : result
  }

  /** Takes over a manifest that somebody else wrote: a checkout, or a build that accepted what we refuse. */
  #takePromises(outputs: readonly string[]): boolean {
    if (!outputs.some((path) => isBelow(path, `${this.#output}/${manifestName}`))) return false
    const found = readManifest(this.project)
    if (found === undefined || found === this.#wrote || found === this.#promised) return false
    this.#promised = found
    return true
  }

  /** Whether files of the output folder are as the last build left them, or there is nothing to compare with. */
  #isAsLeft(paths: readonly string[]): boolean {
    const stands = this.#stands
    if (stands === undefined || hasErrors(stands.diagnostics)) return true
    const wanted = new Map(stands.modules.map(({ path, text }) => [`${this.#output}/${path}`, text]))
    return paths.every((path) => {
      if (draftOwner(path) !== undefined) return true
      const below = [...wanted.keys()].filter((one) => isBelow(path, one))
      return below.length === 0 ? textAt(path) === undefined : below.every((one) => textAt(one) === wanted.get(one))
    })
  }
}

function rebuiltChains({ modules, plans }: Compilation, { files }: Built): readonly string[] {
  const written = new Set(files.written)
  const messages = new Set(modules.filter(({ path }) => written.has(path)).map(({ message }) => message))
  return plans.map(({ chain }) => chain.message.name).filter((name) => messages.has(name)).sort()
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
