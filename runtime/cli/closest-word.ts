/** The word that was probably meant: one that begins so, or differs by a letter or two. */
export function closestWord(written: string, words: readonly string[]): string | undefined {
  const begins = words.find((word) => written.length > 1 && word.startsWith(written))
  if (begins !== undefined) return begins
  const [best] = words.map((word) => ({ word, distance: distance(written, word) })).sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.max(1, Math.floor(written.length / 3)) ? best.word : undefined
}

function distance(from: string, to: string): number {
  let last = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (let at = 1; at <= to.length; at++) {
      current.push(Math.min(last[at]! + 1, current[at - 1]! + 1, last[at - 1]! + (letter === to[at - 1] ? 0 : 1)))
    }
    last = current
  }
  return last[to.length]!
}
