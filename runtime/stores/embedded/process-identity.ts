import { readFileSync } from 'node:fs'

/** A process, told apart from a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it began, as the system counts; `undefined` where the system does not say. */
  readonly began: string | undefined
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, began: beginning(pid) }
}

/** Whether the very process still lives. A zombie does not. */
export function lives({ pid, began }: ProcessIdentity): boolean {
  if (!pidLives(pid)) return false
  const now = beginning(pid)
  return began === undefined || now === undefined || now === began
}

/** Whether some process has this id, whoever owns it. */
export function pidLives(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return stateOf(pid)?.state !== 'Z'
}

/**
 * Whether `pid` is a PostgreSQL server on this data folder. Where the system does not tell what a
 * process runs, a live one is taken for it.
 */
export function isServerOf(pid: number, dataFolder: string): boolean {
  if (!pidLives(pid)) return false
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return command.includes(dataFolder)
  } catch {
    return true
  }
}

function beginning(pid: number): string | undefined {
  const began = stateOf(pid)?.began
  return began === undefined ? undefined : `${began}@${bootId()}`
}

/** The third and the 22nd field; the second is the name, in parentheses, and may hold anything. */
function stateOf(pid: number): { state: string; began: string } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', ...rest] = fields.slice(fields.lastIndexOf(')') + 2).split(' ')
    return { state, began: rest[18] ?? '' }
  } catch {
    return undefined
  }
}

/** Process ids and times begin anew with each boot. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
