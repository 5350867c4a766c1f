/** Numbers that look random and are the same for a seed, on every machine: mulberry32. */
export interface Random {
  /** At least 0 and below 1. */
  next(): number
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** `count` different ones, in any order; all of them where there are fewer. */
  some<Item>(items: readonly Item[], count: number): Item[]
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const pick = <Item>(items: readonly Item[]): Item => {
    const [found] = items.slice(below(items.length))
    if (items.length === 0) throw new Error('nothing to pick from')
    return found as Item
  }
  const some = <Item>(items: readonly Item[], count: number): Item[] => {
    const rest = [...items]
    const chosen: Item[] = []
    while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(below(rest.length), 1))
    return chosen
  }
  return { next, below, chance: (probability) => next() < probability, pick, some }
}
