import type { NewMessage } from './incoming-messages.ts'

/** What a node says of a rule that it has. */
export interface DeclaredRule {
  readonly name: string
  /** The description of its timetable. */
  readonly timetable: string
  readonly messageType: string
}

/** A rule as the node that declared it last has it, and where it stands. */
export interface RecurringState extends DeclaredRule {
  /** The timetable that `nextAt` is of; `undefined`: nobody has set the rule going. */
  readonly setFor: string | undefined
  /** The tick that comes next, or is overdue; `undefined`: none. */
  readonly nextAt: Date | undefined
  /** The tick that was fired last. */
  readonly lastAt: Date | undefined
}

/** One step of a rule from tick to tick. */
export interface RecurringStep {
  readonly name: string
  /** What the rule stood at when the step was decided; `undefined`: it was not going. */
  readonly seen: { readonly setFor: string; readonly nextAt: Date | undefined } | undefined
  readonly timetable: string
  readonly nextAt: Date | undefined
  /** The tick that this step fires. */
  readonly fired: Date | undefined
  /** Stored with the step, or not at all. */
  readonly messages: readonly NewMessage[]
}

/** Rules by which messages recur: which node has which, and at which tick each stands. */
export interface RecurringMessages {
  /** The rules that a node has, in place of those that it declared before. They go with the node. */
  declare(nodeId: string, rules: readonly DeclaredRule[]): Promise<void>
  /** The instant of the store's clock, and each rule that a living node has declared, by name: as it was declared last. */
  look(): Promise<{ readonly now: Date; readonly rules: readonly RecurringState[] }>
  /**
   * Takes a step, and resolves with whether it was taken. Of all steps from where a rule stood one is
   * taken; none fires a tick that has not come by the store's clock.
   */
  advance(step: RecurringStep): Promise<boolean>
  /** Forgets where rules stand that no node has declared and whose next tick is older than this. Resolves with how many. */
  forget(olderThanMs: number): Promise<number>
}
