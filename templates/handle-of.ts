/** The app's own handle of a library, where a function asks for it: `run.handleOf(pgTransactions)`. */
export function handleOf(run: string, adapter: string): string {
  return `${run}.handleOf(${adapter})`
}
