import type { Project } from '../config/project.ts'
import { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { isErrorCode } from './error-code.ts'
import { draftEnd } from './generated-header.ts'

const refusals = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EBUSY', 'ELOOP', 'ENAMETOOLONG']

/** The disk's refusal to let us read or write the output folder, as a diagnostic. Throws whatever is none. */
export function outputProblem(project: Project, error: unknown): Diagnostic {
  if (!isErrorCode(error, ...refusals, 'ERR_ACCESS_DENIED')) throw error
  const bag = new DiagnosticBag()
  const reason = error.message.replaceAll(project.folder, '.').replaceAll('\\', '/').replaceAll(draftEnd, '')
  bag.report('JG0017', { folder: project.output, reason }, { span: undefined })
  const [problem] = bag.list()
  if (problem === undefined) throw error
  return problem
}
