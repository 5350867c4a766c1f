import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { pruneDist } from './prune-dist.ts'

it('a build keeps what a source stands for, and removes what an earlier build left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jasper-prune-'))
  const write = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  const current = ['dist/.tsbuildinfo', 'dist/index.js', 'dist/index.d.ts', 'dist/deep/part.js', 'dist/deep/part.d.ts']
  const stale = ['dist/gone.js', 'dist/gone.d.ts', 'dist/deep/gone.js', 'dist/notes.txt']
  for (const path of ['index.ts', 'deep/part.ts', ...current, ...stale]) write(path)
  try {
    expect([...pruneDist(join(folder, 'dist'), folder)].sort()).toEqual(stale.map((path) => path.slice('dist/'.length)).sort())
    expect(current.filter((path) => !existsSync(join(folder, path)))).toEqual([])
    expect(stale.filter((path) => existsSync(join(folder, path)))).toEqual([])
    expect(pruneDist(join(folder, 'not-built-yet'), folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
