/**
 * The groups of nodes that can reach one another, by edges of calls: each node's group has a number,
 * and a node that cannot reach itself is in no group. (Tarjan's strongly connected components.)
 */
export function recursiveGroups(edges: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const groups = new Map<string, number>()
  let groupCount = 0

  const visit = (node: string): void => {
    order.set(node, order.size)
    lowest.set(node, order.size - 1)
    stack.push(node)
    onStack.add(node)
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next)
        lower(node, lowest.get(next))
      } else if (onStack.has(next)) {
        lower(node, order.get(next))
      }
    }
    if (lowest.get(node) !== order.get(node)) return
    const members = stack.splice(stack.indexOf(node))
    for (const member of members) onStack.delete(member)
    if (members.length === 1 && edges.get(node)?.includes(node) !== true) return
    for (const member of members) groups.set(member, groupCount)
    groupCount += 1
  }
  const lower = (node: string, to: number | undefined): void => {
    lowest.set(node, Math.min(lowest.get(node) ?? Infinity, to ?? Infinity))
  }

  for (const node of edges.keys()) if (!order.has(node)) visit(node)
  return groups
}
