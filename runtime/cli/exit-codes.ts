/** What a process of `jasper` ends with. Never renumbered: scripts and probes read them. */
export const exitCodes = {
  fine: 0,
  /** The answer is no: unhealthy, a check failed, or there is no such letter or node. */
  no: 1,
  /** The store does not answer, refuses, or has a schema that this version cannot work with. */
  store: 2,
  /** The command line or the config cannot be used, or a destructive command was not confirmed. */
  usage: 3,
  /** A defect of ours. */
  internal: 70,
  /** Interrupted: what was done stays done, and the same command goes on. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
