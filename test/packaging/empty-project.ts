import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { repository } from '../tooling/package-doors.ts'
import type { PackedPackage } from './pack.ts'

export interface CommandResult {
  readonly exitCode: number
  /** What it printed, on both streams. */
  readonly output: string
}

/** A folder outside the repository, as a newcomer has it: nothing there but what is written and installed. */
export interface EmptyProject {
  readonly folder: string
  write(path: string, text: string): void
  read(path: string): string
  /** Runs a command there; it never rejects because of an exit code. */
  run(command: string, ...args: string[]): Promise<CommandResult>
  /** What commands there find in their environment. */
  readonly environment: NodeJS.ProcessEnv
  remove(): void
}

/** `node` is the folder of the Node that commands find first; this process's own when unsaid. */
export function emptyProject(node: string = dirname(process.execPath)): EmptyProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jasper-project-')))
  const environment = outsideOfNpm(node)
  return {
    folder,
    environment,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    run: (command, ...args) =>
      new Promise((resolve) => {
        execFile(command, args, { cwd: folder, env: environment, timeout: 240_000 }, (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
          resolve({ exitCode, output: `${stdout}${stderr}` })
        }).stdin?.end()
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What a TypeScript project has beside the packages of this repository, in the versions that it is built with. */
export interface Beside {
  /** Another TypeScript: a version or a range. */
  readonly typescript?: string
  /** More packages. */
  readonly also?: readonly string[]
}

/** Installs both archives, and what a TypeScript project has. */
export async function install(project: EmptyProject, packed: readonly PackedPackage[], beside: Beside = {}): Promise<void> {
  const ofRepository = (name: string) =>
    (JSON.parse(readFileSync(join(repository, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version
  const version = (name: string) => (name === 'typescript' ? beside.typescript : undefined) ?? ofRepository(name)
  project.write('package.json', '{ "name": "newcomer", "private": true, "type": "module" }\n')
  const { exitCode, output } = await project.run(
    'npm',
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...packed.map(({ tarball }) => tarball),
    ...['typescript', '@types/node', ...(beside.also ?? [])].map((name) => `${name}@${version(name)}`),
  )
  if (exitCode !== 0) throw new Error(`npm install failed in the empty project:\n${output}`)
}

/** This test may itself run inside an npm script of the repository; the project must not notice. */
function outsideOfNpm(node: string): NodeJS.ProcessEnv {
  const ours = /^(npm_(package|lifecycle|command|execpath|node_execpath)|npm_config_(local_prefix|workspace)|INIT_CWD|NODE_ENV|NODE_OPTIONS|VITEST|TEST$|JASPER_)/i
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.startsWith(repository))
  return { ...Object.fromEntries(kept), PATH: [node, ...path].join(delimiter), NO_COLOR: '1' }
}
