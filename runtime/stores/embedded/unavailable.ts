import { JasperError } from '../../errors/jasper-error.ts'

/** The one error of the embedded server: what happened, how to mend it, and what the server said last. */
export function unavailable(what: string, mend: string, detail?: { log?: string | undefined; cause?: unknown }): JasperError {
  const log = detail?.log?.trim()
  const said = log === undefined || log === '' ? '' : `\nThe server said:\n${log.replaceAll(/^/gm, '  ')}`
  return new JasperError('JASPER_EMBEDDED_UNAVAILABLE', `${what} ${mend}${said}`, { cause: detail?.cause })
}

/** The same for an error of the file system, with the mend that fits its code. */
export function fileTrouble(what: string, path: string, error: unknown): JasperError {
  if (JasperError.is(error)) return error
  const code = (error as NodeJS.ErrnoException | null)?.code
  const mend =
    code === 'EACCES' || code === 'EPERM'
      ? `The user of this process (id ${process.getuid?.() ?? 'unknown'}) has no right to: run it as the owner of the folder, or name another folder.`
      : code === 'ENOSPC' || code === 'EDQUOT'
        ? 'The disk is full: make room, or name a folder on another disk.'
        : code === 'EROFS'
          ? 'The file system is read-only: name another folder.'
          : code === 'ENOTDIR' || code === 'EEXIST'
            ? 'A part of this path is a file: name another folder.'
            : 'Mend what the system says below, or name another folder.'
  const said = error instanceof Error ? error.message : String(error)
  return unavailable(`${what} in ${path} failed (${said}).`, mend, { cause: error })
}
