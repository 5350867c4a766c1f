import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repository } from '../tooling/package-doors.ts'

const run = promisify(execFile)

export interface PackedPackage {
  readonly name: string
  /** The archive, as npm would publish it. */
  readonly tarball: string
  /** Every path in it, sorted. */
  readonly files: readonly string[]
}

interface PackReport {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** Packs what the last build left, both packages, runtime first. */
export async function packPackages(into: string): Promise<readonly PackedPackage[]> {
  const packed: PackedPackage[] = []
  for (const folder of ['runtime', 'compiler']) {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into]
    const { stdout } = await run('npm', args, { cwd: join(repository, folder) })
    const reports = JSON.parse(stdout) as PackReport[] | Record<string, PackReport>
    const [report] = Object.values(reports)
    if (report === undefined) throw new Error(`npm pack says nothing about ${folder}: ${stdout}`)
    packed.push({
      name: report.name,
      tarball: join(into, report.filename),
      files: report.files.map(({ path }) => path).sort(),
    })
  }
  return packed
}
