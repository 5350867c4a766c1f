import type { Compilation } from '../compilation.ts'
import type { Project } from '../config/project.ts'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SourceSpan } from '../discover/source-span.ts'
import { manifestName } from '../emit/generated-header.ts'
import { findBreaks } from './read-by.ts'
import type { Promises } from './committed-manifest.ts'
import { parseManifest, versionsOf, type Manifest } from './parse-manifest.ts'

/** More of one message say nothing new. */
const mostOfOne = 5

/**
 * What a compilation would do to messages that are stored or on their way: the committed manifest says
 * which types they have, the new one how they would be read.
 */
export function brokenPromises(
  project: Project,
  compilation: Compilation,
  { accepted, manifest: committed }: Promises,
): readonly Diagnostic[] {
  const written = compilation.modules.find(({ path }) => path === manifestName)?.text
  if (committed === undefined || written === undefined || committed === written) return []
  const bag = new DiagnosticBag()
  const [before, after] = [parseManifest(committed), parseManifest(written)]
  const file = `${project.output}/${manifestName}`
  if (before === undefined) bag.report('JG2028', { file }, { span: { file, line: 1, column: 1, length: 1 } })
  if (before !== undefined && after !== undefined) {
    const closed = project.unknownMembers === 'refuse'
    compareManifests(before, after, { closed, accepted: new Set(accepted), declared: compilation.declared }, bag)
  }
  return bag.list()
}

export interface ComparedAs {
  readonly closed: boolean
  readonly accepted: ReadonlySet<string>
  /** Where each message is declared now. */
  readonly declared: ReadonlyMap<string, SourceSpan>
}

/** Reports every message of `before` that the codecs of `after` would not read. */
function compareManifests(before: Manifest, after: Manifest, { closed, accepted, declared }: ComparedAs, bag: DiagnosticBag): void {
  for (const [name, old] of Object.entries(before.messages)) {
    if (accepted.has(name)) continue
    const now = Object.hasOwn(after.messages, name) ? after.messages[name] : undefined
    const span = declared.get(name)
    if (now === undefined) {
      bag.report('JG2026', { name }, { span: undefined })
      continue
    }
    const known = versionsOf(now)
    for (const [version, shape] of versionsOf(old)) {
      const reader = known.get(version)
      if (reader === undefined) {
        const values = { name, version: String(now.version), old: String(version) }
        // An older version that is dropped was readable until now: the same in other words.
        bag.report('JG2027', values, { span, label: `version ${now.version}` })
        continue
      }
      const breaks = findBreaks(shape, reader, { old: before.shapes, new: after.shapes, closed }, name)
      for (const { member, reason } of breaks.slice(0, mostOfOne)) {
        const values = { name, version: String(version), next: String(version + 1), member, reason }
        bag.report('JG2025', values, { span, label: member === name ? 'changed' : member.slice(name.length) })
      }
    }
  }
}
