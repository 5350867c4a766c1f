/** One line that was written, in the order of writing. */
export interface WrittenLine {
  readonly account: string
  readonly entry: number
}

export interface OrderBreach {
  readonly kind: 'lost' | 'doubled' | 'out of order' | 'ghost'
  readonly account: string
  readonly what: string
}

/**
 * Compares what was written with what was sent: of each account the entries 1 to `sent`, each once, in
 * their order.
 */
export function auditOrder(lines: readonly WrittenLine[], sent: ReadonlyMap<string, number>): readonly OrderBreach[] {
  const breaches: OrderBreach[] = []
  const accounts = new Map<string, number[]>([...sent.keys()].map((account) => [account, []]))
  for (const { account, entry } of lines) {
    const entries = accounts.get(account)
    if (entries === undefined) breaches.push({ kind: 'ghost', account, what: 'has lines, and nobody sent any' })
    else entries.push(entry)
  }
  for (const [account, entries] of accounts) {
    const written = new Set(entries)
    const last = sent.get(account) ?? 0
    for (let entry = 1; entry <= last; entry++) if (!written.has(entry)) breaches.push({ kind: 'lost', account, what: `entry ${entry}` })
    if (written.size < entries.length) {
      const twice = [...written].filter((entry) => entries.indexOf(entry) !== entries.lastIndexOf(entry))
      breaches.push({ kind: 'doubled', account, what: `entries ${twice.join(', ')}` })
    }
    entries.forEach((entry, at) => {
      if (entry > last) breaches.push({ kind: 'ghost', account, what: `entry ${entry} of ${last}` })
      const before = entries[at - 1]
      if (before !== undefined && before > entry) breaches.push({ kind: 'out of order', account, what: `entry ${entry} after ${before}` })
    })
  }
  return breaches
}
