import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { shop, temporaryProject, type TemporaryProject } from './temporary-project.ts'
import { watchProject, type RunningWatch, type WatchLine } from './watch-bin.ts'

const output = 'src/generated/jasper'
const chain = `${output}/place-order.chain.ts`
const codec = `${output}/place-order.codec.ts`

let at: TemporaryProject
let watch: RunningWatch

async function start(files: Readonly<Record<string, string>> = shop, args: readonly string[] = []): Promise<void> {
  at = temporaryProject(files)
  watch = watchProject(at.folder, args)
  await watch.next((line) => line.event === 'watching')
}

afterEach(async () => {
  await watch.end('SIGKILL')
  at.remove('.')
})

const isBuilt = (line: WatchLine): boolean => line.event === 'built'
const because = (path: string) => (line: WatchLine) => isBuilt(line) && line.because.some((cause) => cause.path === path)
const addNote = (): void => at.write('src/orders/messages.ts', at.read('src/orders/messages.ts').replace('lines: string[]', 'lines: string[]\n  note?: string'))

// Each starts a process that compiles: seconds on a machine that has other work.
describe('jasper-gen watch', { timeout: 120_000 }, () => {
  it('builds at the start, and ends with 0 by either signal', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await start()
      expect(watch.lines.map(({ event }) => event)).toEqual(['built', 'watching'])
      expect(existsSync(join(at.folder, chain))).toBe(true)
      expect(await watch.end(signal)).toBe(0)
    }
  })

  it('builds what a change affects, and says why', async () => {
    await start()
    addNote()
    const built = await watch.next(isBuilt)
    expect(built.because).toEqual([{ path: 'src/orders/messages.ts', kind: 'changed' }])
    expect(built.rebuilt).toEqual(['PlaceOrder'])
    expect([...built.written].sort()).toEqual([`${output}/manifest.json`, codec])
    expect(at.read(codec)).toContain('note')
  })

  it('does not wake at its own output, nor at a file that was written again with the same text', async () => {
    await start()
    at.write('src/orders/messages.ts', at.read('src/orders/messages.ts'))
    at.write(codec, at.read(codec))
    at.write('src/orders/notes.md', 'not a source')
    addNote()
    await watch.next(isBuilt)
    at.write('src/orders/messages.ts', shop['src/orders/messages.ts'])
    await watch.next(isBuilt)
    // The first build, the two changes; and no other.
    expect(watch.lines.filter(isBuilt)).toHaveLength(3)
  })

  it('keeps the last good output while there is an error, and says each build that failed', async () => {
    await start()
    const before = at.read(codec)
    at.write('src/orders/messages.ts', 'export interface PlaceOrder {')
    const failed = await watch.next((line) => line.event === 'failed')
    expect(failed.diagnostics.map(({ code }) => code)).toContain('JG1001')
    expect(at.read(codec)).toBe(before)
    at.write('src/orders/messages.ts', shop['src/orders/messages.ts'])
    const mended = await watch.next(isBuilt)
    expect(mended.written).toEqual([])
  })

  it('works where the first build fails', async () => {
    await start({ ...shop, 'src/orders/messages.ts': 'export interface PlaceOrder {' })
    expect(watch.lines.map(({ event }) => event)).toEqual(['failed', 'watching'])
    at.write('src/orders/messages.ts', shop['src/orders/messages.ts'])
    await watch.next(isBuilt)
    expect(existsSync(join(at.folder, chain))).toBe(true)
  })

  it('puts right what is edited or deleted in the output folder', async () => {
    await start()
    const text = at.read(chain)
    at.write(chain, `${text}// by hand\n`)
    await watch.next((line) => isBuilt(line) && line.written.includes(chain))
    expect(at.read(chain)).toBe(text)
    at.remove(chain)
    await watch.next((line) => isBuilt(line) && line.written.includes(chain))
    expect(at.read(chain)).toBe(text)
    at.remove(output)
    await watch.next((line) => isBuilt(line) && line.written.includes(chain))
    expect(at.read(chain)).toBe(text)
    // The folder that came back is watched as the one before was.
    at.remove(chain)
    await watch.next((line) => isBuilt(line) && line.written.includes(chain))
    expect(at.read(chain)).toBe(text)
  })

  it('follows files and folders that come, go, and are renamed', async () => {
    await start()
    const handler = 'src/late/ship.handler.ts'
    at.write(handler, 'export interface Ship { id: string }\nexport function handle(command: Ship): void { void command.id }\n')
    await watch.next((line) => isBuilt(line) && line.rebuilt.includes('Ship'))
    // In a folder that was not there when the watching began.
    at.write(handler, at.read(handler).replace('id: string', 'id: string; to?: string'))
    await watch.next((line) => because(handler)(line) && line.written.includes(`${output}/ship.codec.ts`))
    renameSync(join(at.folder, 'src/late'), join(at.folder, 'src/later'))
    await watch.next((line) => isBuilt(line) && existsSync(join(at.folder, output, 'ship.chain.ts')) && at.read(`${output}/ship.chain.ts`).includes('src/later/'))
    rmSync(join(at.folder, 'src/later'), { recursive: true })
    await watch.next((line) => isBuilt(line) && line.deleted.includes(`${output}/ship.chain.ts`))
    at.write(handler, 'export interface Ship { id: string }\nexport function handle(command: Ship): void { void command.id }\n')
    await watch.next((line) => isBuilt(line) && line.rebuilt.includes('Ship'))
  })

  it('takes up another config, and waits while it cannot be used', async () => {
    await start()
    at.write('jasper.config.ts', "export default { output: 'src/made' }\n")
    await watch.next(because('jasper.config.ts'))
    expect(existsSync(join(at.folder, 'src/made/index.ts'))).toBe(true)
    at.write('jasper.config.ts', "export default { outpt: 'src/made' }\n")
    const wrong = await watch.next((line) => line.event === 'misconfigured')
    expect(wrong.diagnostics.map(({ code }) => code)).toEqual(['JG0007'])
    at.write('jasper.config.ts', "export default { unknownMembers: 'refuse' }\n")
    await watch.next(because('jasper.config.ts'))
    expect(at.read(`${output}/place-order.codec.ts`)).not.toBe('')
  })

  it('takes up other options of the tsconfig', async () => {
    const messages = shop['src/orders/messages.ts'].replace('lines: string[]', 'lines: string[] | null')
    await start({ ...shop, 'src/orders/messages.ts': messages, 'tsconfig.json': shop['tsconfig.json'].replace('"strict": true', '"strict": false') })
    at.write('tsconfig.json', shop['tsconfig.json'])
    expect((await watch.next(because('tsconfig.json'))).written).toContain(codec)
  })

  it('refuses what would leave stored messages unreadable, as build does, judged by the manifest that it found', async () => {
    await start()
    // What comes and goes within one session was promised to nobody.
    at.write('src/orders/messages.ts', shop['src/orders/messages.ts'].replace('lines: string[]', 'lines: string[]\n  by: string'))
    await watch.next(because('src/orders/messages.ts'))
    at.write('src/orders/messages.ts', shop['src/orders/messages.ts'])
    await watch.next(because('src/orders/messages.ts'))
    await watch.end('SIGTERM')
    watch = watchProject(at.folder)
    await watch.next((line) => line.event === 'watching')
    at.write('src/orders/messages.ts', shop['src/orders/messages.ts'].replace('lines: string[]', 'lines: string[]\n  by: string'))
    const failed = await watch.next((line) => line.event === 'failed')
    expect(failed.diagnostics.map(({ code }) => code)).toEqual(['JG2025'])
  })

  it('survives a burst of changes, as a checkout makes one', async () => {
    await start()
    const many = Array.from({ length: 40 }, (_, index) => `src/many/m${index}.handler.ts`)
    for (const [index, path] of many.entries()) {
      at.write(path, `export interface M${index} { id: string }\nexport function handle(message: M${index}): void { void message }\n`)
    }
    const all = (line: WatchLine): boolean => isBuilt(line) && many.every((_, index) => existsSync(join(at.folder, output, `m${index}.chain.ts`)))
    await watch.next(all)
    at.remove('src/many')
    await watch.next((line) => isBuilt(line) && !existsSync(join(at.folder, output, 'm39.chain.ts')) && !existsSync(join(at.folder, output, 'm0.chain.ts')))
  })
})
