import type { VariableSource } from './variable.ts'
import type { DiscoveredParameter } from '../discover/discovered.ts'

/** A parameter, and where its value comes from. */
export interface BoundArgument {
  /** Whose parameter it is: `handle(command, orders)`. */
  readonly asker: string
  readonly parameter: DiscoveredParameter
  readonly source: VariableSource
}
