import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { User } from './start-app.ts'

export const isRoot = process.getuid?.() === 0

/**
 * As whom the tests of the embedded server run their processes: as this user, and, when that is
 * root, as an ordinary user too.
 */
export const asWhom: readonly (readonly [string, User | undefined])[] = [
  [isRoot ? 'root' : 'this user', undefined],
  ...(isRoot ? ordinary() : []),
]

function ordinary(): [string, User][] {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+)/m)
  const user = { name: 'nobody', uid: Number(line?.[1]), gid: Number(line?.[2]) }
  const repository = fileURLToPath(new URL('../../..', import.meta.url))
  const may = spawnSync('setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', 'ls', repository])
  if (line !== null && may.status === 0) return [['an ordinary user', user]]
  console.warn(`\nNOT EXERCISED: the embedded server as an ordinary user, because ${repository} is closed to ${user.name}\n`)
  return []
}
