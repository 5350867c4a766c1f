import { JasperError } from './jasper-error.ts'

/** Whether the store may take later what it does not take now: it is away, or refuses everybody, as on a full disk. */
export function mayPass(error: unknown): boolean {
  return JasperError.is(error, 'JASPER_STORE_UNREACHABLE') || JasperError.is(error, 'JASPER_STORE_REFUSED')
}
