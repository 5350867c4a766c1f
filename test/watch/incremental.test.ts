import { describe, expect, it } from 'vitest'
import { compile } from '../../compiler/compile.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import { SessionMemory } from '../../compiler/session-memory.ts'
import { changingFileSystem, strictTsconfig } from '../compiler/source-project.ts'
import { randomOf } from '../generated/random.ts'
import { firstFiles, randomEdit } from './edited-project.ts'

/** Thousands are for a long night. */
const edits = Number(process.env['JASPER_WATCH_EDITS'] ?? 10)
const seed = Number(process.env['JASPER_WATCH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const project: Project = { ...projectDefaults, folder: '/shop', configFile: undefined, messages: ['src/m*.ts'] }

describe(`a session after ${edits} random edits by the seed ${seed}`, () => {
  it('says and writes what a clean build does, to the byte, and asks little again', { timeout: 60_000 + edits * 5_000 }, () => {
    const random = randomOf(seed)
    const files: Record<string, string> = {}
    const put = (path: string, text: string | undefined): void => {
      if (text === undefined) Reflect.deleteProperty(files, `/shop/${path}`)
      else files[`/shop/${path}`] = text
    }
    for (const [path, text] of Object.entries({ 'tsconfig.json': strictTsconfig, ...firstFiles(random) })) put(path, text)
    const disk = changingFileSystem(files)
    let memory = new SessionMemory(disk)
    compile(project, { memory })
    let repeated = 0
    for (let edit = 0; edit < edits; edit += 1) {
      const batch = Array.from({ length: random.below(6) === 0 ? 3 : 1 }, () => randomEdit(random))
      for (const { path, text } of batch) put(path, text)
      if (memory.program.refresh(batch.map(({ path }) => `/shop/${path}`)).lost) memory = new SessionMemory(disk)
      const session = compile(project, { memory })
      const clean = compile(project, { memory: new SessionMemory(disk) })
      const after = `edit ${edit} of seed ${seed}: ${batch.map(({ path }) => path).join(', ')}`
      expect(session.diagnostics, after).toEqual(clean.diagnostics)
      expect(session.modules, after).toEqual(clean.modules)
      expect(session.plans, after).toEqual(clean.plans)
      repeated += memory.answers.repeated
    }
    // A session that kept nothing would pass all the above.
    expect(repeated).toBeGreaterThan(0)
  })
})
