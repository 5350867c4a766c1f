import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { Project } from '../config/project.ts'
import { diskFileSystem, listingText } from '../discover/file-system.ts'
import type { Observations } from '../discover/recording-host.ts'
import { hashContent } from './hash.ts'

/**
 * The observations of a run in the form of a record: paths relative to the project, without the
 * output folder (its files are compared on their own), and with the folders that the build is about
 * to create taken as created. To be called between compiling and writing.
 *
 * `undefined` when the project has changed in the meantime in a way that would make that wrong;
 * then there is nothing to remember.
 */
export function settleObservations(project: Project, observed: Observations): Observations | undefined {
  const output = join(project.folder, project.output)
  const created = foldersToCreate(output)
  const isOutput = ({ path }: { readonly path: string }) => {
    const absolute = resolve(path)
    return absolute === output || absolute.startsWith(output + sep)
  }
  const isCreated = ({ path }: { readonly path: string }) => created.includes(resolve(path))
  const directories: Observations['directories'][number][] = []
  for (const directory of observed.directories) {
    const { path, hash, hidden = false } = directory
    if (isOutput({ path }) || isCreated({ path })) continue
    const child = created.find((folder) => dirname(folder) === resolve(path))
    if (child === undefined) directories.push(directory)
    else {
      const listing = diskFileSystem.listDirectory(path)
      if (hashContent(listingText(listing, hidden)) !== hash) return undefined
      const grown = { files: listing.files, directories: [...listing.directories, basename(child)] }
      directories.push({ ...directory, hash: hashContent(listingText(grown, hidden)) })
    }
  }
  for (const folder of created) {
    const child = created.find((other) => dirname(other) === folder)
    if (child === undefined) continue
    const held = { files: [], directories: [basename(child)] }
    directories.push({ path: folder, hash: hashContent(listingText(held, true)), hidden: true })
  }
  const outside = <Item extends { readonly path: string }>(items: readonly Item[]) =>
    items.filter((item) => !isOutput(item)).map((item) => ({ ...item, path: place(project, item.path) }))
  return {
    files: outside(observed.files),
    present: outside(observed.present),
    absent: outside(observed.absent.filter((item) => !(isCreated(item) && item.kind === 'directory'))),
    directories: directories.map((item) => ({ ...item, path: place(project, item.path) })),
    links: outside(observed.links).map((item) => ({ ...item, target: place(project, item.target) })),
  }
}

/** The output folder and those above it that do not exist yet, outermost first. */
function foldersToCreate(output: string): readonly string[] {
  const missing: string[] = []
  for (let folder = output; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder)
  return missing
}

function place(project: Project, path: string): string {
  return relative(project.folder, resolve(path)).replaceAll(sep, '/') || '.'
}
