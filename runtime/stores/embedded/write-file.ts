import { randomBytes } from 'node:crypto'
import { chown, link, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Writes a file that nobody ever sees in half. It belongs to the owner of its folder, so that what
 * root wrote in a user's folder is still the user's.
 *
 * With `onlyNew` it leaves a file that is there already; resolves with whether it wrote.
 */
export async function writeWhole(
  path: string,
  text: string,
  options: { readonly mode: number; readonly onlyNew?: boolean; readonly owner?: { uid: number; gid: number } },
): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, text, { mode: options.mode, flag: 'wx', flush: true })
    if (process.getuid?.() === 0) {
      const { uid, gid } = options.owner ?? (await stat(dirname(path)))
      await chown(draft, uid, gid)
    }
    if (options.onlyNew !== true) {
      await rename(draft, path)
      return true
    }
    await link(draft, path)
    return true
  } catch (error) {
    if (options.onlyNew === true && (error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

const drafts = /\.[0-9a-f]{12}$/
const oldDraftMs = 60_000

/** Removes the drafts of processes that were killed while they wrote. */
export async function sweepDrafts(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!drafts.test(name)) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile() === true && now.getTime() - found.mtimeMs > oldDraftMs) await rm(path, { force: true })
  }
}
