import { createRequire } from 'node:module'
import type * as Driver from 'pg'
import { JasperError } from '../../errors/jasper-error.ts'

/**
 * pg, an optional peer, or `JASPER_MISSING_PEER` for whoever imports this store without it.
 *
 * Required rather than imported: a static import that fails gives Node's own error, and this package
 * has no top-level await. pg is CommonJS, so an `import` of it elsewhere is the same copy.
 */
export const pg: typeof Driver = load()

function load(): typeof Driver {
  try {
    return createRequire(import.meta.url)('pg') as typeof Driver
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'MODULE_NOT_FOUND' || !message.includes("'pg'")) throw error
    throw new JasperError(
      'JASPER_MISSING_PEER',
      'The PostgreSQL store needs the package pg, which is not installed here. Run: npm install pg',
      { cause: error },
    )
  }
}
