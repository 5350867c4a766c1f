import { toolVersion } from '../cache/tool-identity.ts'

/** What a person reads, and passes on, when jasper-gen itself is broken. */
export function internalReport(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const lines = stack.split('\n')
  const shown = [...lines.slice(0, 8), ...(lines.length > 8 ? [`    … ${lines.length - 8} more lines`] : [])]
  return [
    'jasper-gen has a defect: it stopped at something that it did not expect. Your project is not the reason,',
    'or should not be; nothing was left half written. Please report it with these lines:',
    '',
    ...shown.map((line) => `  ${line}`),
    '',
    `  jasper-gen ${toolVersion()}, Node ${process.version}, ${process.platform} ${process.arch}`,
    '',
  ].join('\n')
}
