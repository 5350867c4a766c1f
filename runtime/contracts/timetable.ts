/** When something recurs. Says the same on every node and at every time. */
export interface Timetable {
  /** In words, and its identity: two timetables that read alike are one. */
  readonly description: string
  /** The first tick after an instant; `undefined` when there is none. */
  next(after: Date): Date | undefined
  /** The last tick at an instant or before it; `undefined` when there is none. */
  last(notAfter: Date): Date | undefined
}
