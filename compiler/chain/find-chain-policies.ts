import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { DiscoveredHandler, DiscoveredPolicy } from '../discover/discovered.ts'

/**
 * The policies of a chain: that of its handler class, then that of its handler file. When one handler
 * fails all are run again, so two classes, or two files, that say different things are a diagnostic.
 */
export function findChainPolicies(
  message: string,
  handlers: readonly DiscoveredHandler[],
  policies: readonly DiscoveredPolicy[],
  bag: DiagnosticBag,
): readonly DiscoveredPolicy[] {
  const ofClasses = distinct(policies.filter((policy) => handlers.some((handler) => isOfClass(policy, handler))))
  const ofFiles = distinct(policies.filter((policy) => handlers.some((handler) => isOfFile(policy, handler))))
  const conflict = findConflict(ofClasses, ofFiles)
  if (conflict !== undefined) {
    const [first, second] = conflict
    bag.report('JG3002', { message }, { span: second.span, label: 'another one', notes: [{ span: first.span, message: 'the first one' }] })
  }
  return [...ofClasses, ...ofFiles]
}

/** A class says more than the file that it stands in, and nothing of other files. */
function findConflict(
  ofClasses: readonly DiscoveredPolicy[],
  ofFiles: readonly DiscoveredPolicy[],
): readonly [DiscoveredPolicy, DiscoveredPolicy] | undefined {
  const [ofClass, ofAnotherClass] = ofClasses
  const [ofFile, ofAnotherFile] = ofFiles
  if (ofClass !== undefined && ofAnotherClass !== undefined) return [ofClass, ofAnotherClass]
  if (ofFile !== undefined && ofAnotherFile !== undefined) return [ofFile, ofAnotherFile]
  return ofClass !== undefined && ofFile !== undefined && ofClass.file !== ofFile.file ? [ofClass, ofFile] : undefined
}

export function isOfClass(policy: DiscoveredPolicy, { function: called }: DiscoveredHandler): boolean {
  return called.kind !== 'function' && policy.class === called.export && policy.file === called.file
}

export function isOfFile(policy: DiscoveredPolicy, { function: called }: DiscoveredHandler): boolean {
  return policy.class === undefined && policy.file === called.file
}

/** Without those that another file exports as well. */
function distinct(policies: readonly DiscoveredPolicy[]): readonly DiscoveredPolicy[] {
  const placeOf = ({ span }: DiscoveredPolicy): string => `${span.file}:${span.line}:${span.column}`
  return policies.filter((policy, at) => policies.findIndex((other) => placeOf(other) === placeOf(policy)) === at)
}
