/** One number a name, small enough to travel between processes. */
export type Arguments = Readonly<Record<string, number>>

/** What a task measured: `value` in the unit of its cell, and whatever else belongs into the JSON file. */
export interface Reading {
  readonly value: number
  readonly [more: string]: number
}

/** One way to do the work: ours, the floor, or a peer. Each runs in a process of its own, over a database of its own. */
export interface Contender {
  /** Makes its tables in an empty database. */
  open(url: string): Promise<void>
  /** By name; cells name the task that they measure. A task leaves nothing running. */
  readonly tasks: Readonly<Record<string, (args: Arguments) => Promise<Reading>>>
  close(): Promise<void>
}

/** From the parent to a contender's process, and back. */
export type Question = { readonly task: string; readonly args: Arguments } | { readonly close: true }
export type Answer = { readonly ready: true } | { readonly reading: Reading } | { readonly error: string }
