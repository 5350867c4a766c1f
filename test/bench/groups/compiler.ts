import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeHandlersProject } from '../compiler/handlers-project.ts'
import { startWatch, timeJasperGen, timeNode } from '../compiler/run-process.ts'
import type { Cell, CellContender } from '../kit/cell.ts'
import type { Run } from '../kit/run.ts'

const floor = fileURLToPath(new URL('../compiler/floor.ts', import.meta.url))
const tsc = fileURLToPath(import.meta.resolve('typescript/lib/tsc.js'))

/** Builds of projects of many sizes, and what a build costs that has nothing or little to do. */
export async function compiler(run: Run): Promise<readonly Cell[]> {
  const shared = { group: 'compiler', unit: 'ms', better: 'less', ours: 'jasper-gen', rounds: run.rounds } as const
  const sizes = run.quick ? [50] : [50, 500, 2_000]
  const cold = sizes.map((count): Cell => {
    const { folder, remove } = writeHandlersProject(count)
    run.atEnd(remove)
    const build = (): number => {
      rmSync(`${folder}/src/generated`, { recursive: true, force: true })
      return timeJasperGen(folder, 'build')
    }
    return {
      ...shared,
      name: `cold build of ${count} handlers`,
      contenders: [timed('jasper-gen', build), timed('floor', () => timeNode(folder, floor, folder)), timed('tsc --noEmit', () => timeNode(folder, tsc, '--noEmit'))],
      goals: [{ against: 'floor', atMost: count > 500 ? 1.3 : 1.2 }],
    }
  })
  const warm = writeHandlersProject(run.quick ? 50 : 500)
  run.atEnd(warm.remove)
  timeJasperGen(warm.folder, 'build')
  const check: Cell = {
    ...shared,
    name: 'check of 500 handlers where nothing changed, over the start of Node',
    contenders: [timed('jasper-gen', () => timeJasperGen(warm.folder, 'check') - timeNode(warm.folder, '-e', '')), limit(100)],
    goals: [{ against: '100 ms', atMost: 1 }],
  }
  const watched = writeHandlersProject(run.quick ? 50 : 500)
  run.atEnd(watched.remove)
  const watch = await startWatch(watched.folder)
  run.atEnd(() => watch.end())
  let edits = 0
  const edit: Cell = {
    ...shared,
    name: 'watch: one edit among 500 handlers, from the edit to the written file',
    contenders: [timed('jasper-gen', () => watch.rebuild(() => watched.edit((edits += 7) % 50))), limit(100)],
    goals: [{ against: '100 ms', atMost: 1 }],
  }
  return [...cold, check, edit]
}

function timed(name: string, time: () => number | Promise<number>): CellContender {
  return { name, run: async () => ({ value: await time() }) }
}

/** A goal that is a time and not somebody's work. */
function limit(milliseconds: number): CellContender {
  return { name: `${milliseconds} ms`, run: () => Promise.resolve({ value: milliseconds }) }
}
