import { getLibFiles } from '@ts-morph/common'

/** Where the compiler looks for its own library. Nothing is there on disk: the files are in memory. */
export const libraryFolder = '/jasper-gen/typescript/lib'

const texts = new Map<string, string>()

/** The text of a library file such as `lib.es2023.d.ts`, by its path in {@link libraryFolder}. */
export function libraryText(path: string): string | undefined {
  if (!path.startsWith(`${libraryFolder}/`)) return undefined
  if (texts.size === 0) for (const file of getLibFiles()) texts.set(`${libraryFolder}/${file.fileName}`, file.text)
  return texts.get(path)
}
