import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A process of a test: what it prints can be read, what goes wrong in it is shown. */
export type FaultyProcess = ChildProcessByStdio<null, Readable, null>

/** Starts a program that dies or stalls at the point that `JASPER_FAULT` names, where `env` has one. */
export function startProcess(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): FaultyProcess {
  const preload = env['JASPER_FAULT'] === undefined ? [] : ['--import', new URL('install-fault.ts', import.meta.url).href]
  return spawn(process.execPath, [...preload, program, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
}

/** The JSON documents that it prints, one a line, as they come. */
export function documentsOf<Said>({ stdout }: FaultyProcess): readonly Said[] {
  const said: Said[] = []
  createInterface({ input: stdout }).on('line', (line) => said.push(JSON.parse(line) as Said))
  return said
}

/** What has ended it, when it has ended and all that it printed was read. */
export function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)))
}

/** Kills it, unless it has ended, and says what has ended it. */
export async function killed(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.signalCode
  const closed = ended(child)
  child.kill('SIGKILL')
  return await closed
}
