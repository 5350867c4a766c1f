import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './package-doors.ts'

/**
 * Removes what an earlier build left in dist and no source stands for any more: tsc only ever adds,
 * and a stale file would be packed and shipped. What is current stays untouched, so that processes
 * that run from dist meanwhile lose nothing; so does what tsc remembers of its last build, which
 * lies in dist because a dist that is removed must be forgotten, and is never packed.
 */
export function pruneDist(dist: string, sources: string): readonly string[] {
  if (!existsSync(dist)) return []
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(dist, path)).isFile())
    .filter((path) => path !== '.tsbuildinfo')
    .filter((path) => !existsSync(join(sources, path.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts'))))
    .map((path) => {
      rmSync(join(dist, path))
      return path
    })
}

if (import.meta.main) {
  pruneDist(join(repository, 'runtime/dist'), join(repository, 'runtime'))
  pruneDist(join(repository, 'compiler/dist'), repository)
}
