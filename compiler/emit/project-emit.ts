import type { MessagesByName } from './reply-type.ts'
import type { Naming } from './name-scope.ts'
import type { NamedSingletons } from './name-singletons.ts'
import type { ImportStyle } from '../discover/discovered.ts'
import type { Integration } from '../integrations/integration.ts'

/** What every module of a project is written with. */
export interface ProjectEmit {
  /** The output folder, relative to the project's. */
  readonly outputFolder: string
  readonly style: ImportStyle
  readonly messages: MessagesByName
  /** What each message is called in files and identifiers, by wire name. */
  readonly namings: ReadonlyMap<string, Naming>
  readonly integrations: readonly Integration[]
  readonly singletons: NamedSingletons
}

/** What a message is called in files and identifiers. */
export function namingOf(project: ProjectEmit, message: string): Naming {
  const naming = project.namings.get(message)
  if (naming === undefined) throw new Error(`${message} has no name in the generated code`)
  return naming
}

export function integrationOf(project: ProjectEmit, name: string): Integration {
  const integration = project.integrations.find((candidate) => candidate.name === name)
  if (integration === undefined) throw new Error(`the integration ${name} is not known`)
  return integration
}
