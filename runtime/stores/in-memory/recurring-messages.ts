import type { NewMessage, RecurringMessages, RecurringState } from '../../contracts/message-store.ts'
import type { InMemoryRows } from './in-memory-rows.ts'

export interface RecurringParts {
  readonly rows: () => InMemoryRows
  readonly now: () => number
  readonly insert: (rows: InMemoryRows, messages: readonly NewMessage[]) => void
}

export function recurringMessages({ rows: open, now, insert }: RecurringParts): RecurringMessages {
  return {
    async declare(nodeId, rules) {
      const { declared, nodes } = open()
      declared.delete(nodeId)
      // The last in the map is the one that was declared last.
      if (nodes.has(nodeId)) declared.set(nodeId, rules)
    },

    async look() {
      const rows = open()
      const newest = new Map(living(rows).flat().map((rule) => [rule.name, rule]))
      const rules = [...newest.values()].sort((left, right) => (left.name < right.name ? -1 : 1)).map((rule): RecurringState => {
        const at = rows.recurring.get(rule.name)
        return { ...rule, setFor: at?.timetable, nextAt: at?.nextAt, lastAt: at?.lastAt }
      })
      return { now: new Date(now()), rules }
    },

    async advance({ name, seen, timetable, nextAt, fired, messages }) {
      const rows = open()
      const at = rows.recurring.get(name)
      if (at?.timetable !== seen?.setFor || at?.nextAt?.getTime() !== seen?.nextAt?.getTime()) return false
      if (fired !== undefined && fired.getTime() > now()) return false
      rows.recurring.set(name, { timetable, nextAt, lastAt: fired ?? at?.lastAt })
      insert(rows, messages)
      return true
    },

    async forget(olderThanMs) {
      const rows = open()
      const names = new Set(living(rows).flat().map(({ name }) => name))
      const old = [...rows.recurring].filter(([name, { nextAt, lastAt }]) => {
        const at = nextAt ?? lastAt
        return !names.has(name) && at !== undefined && at.getTime() < now() - olderThanMs
      })
      for (const [name] of old) rows.recurring.delete(name)
      return old.length
    },
  }
}

function living({ declared, nodes }: InMemoryRows) {
  return [...declared].filter(([nodeId]) => nodes.get(nodeId)?.dead === false).map(([, rules]) => rules)
}
