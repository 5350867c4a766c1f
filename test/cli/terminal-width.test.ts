import { describe, expect, it } from 'vitest'
import { commandHelp, generalHelp } from '../../compiler/cli/help.ts'
import { commands } from '../../compiler/cli/commands.ts'
import { table } from '../../compiler/cli/table.ts'
import { wrap } from '../../compiler/cli/wrap.ts'
import { jasperGen } from './run-bin.ts'
import { repository } from './temporary-project.ts'

const plain = (_: unknown, text: string) => text
const widestOf = (text: string) => Math.max(...text.split('\n').map((line) => line.length))

describe('the width of the terminal', () => {
  it('folds every help', () => {
    const ofCommands = Object.keys(commands).map((name) => (width?: number) => commandHelp(name, plain, width))
    for (const help of [(width?: number) => generalHelp(plain, width), ...ofCommands]) {
      expect(widestOf(help(60))).toBeLessThanOrEqual(60)
      expect(widestOf(help())).toBeLessThanOrEqual(88)
      expect(help(60).replaceAll(/\s+/g, ' ')).toBe(help().replaceAll(/\s+/g, ' '))
    }
  })

  it('turns a table that does not fit into blocks, with every cell in it', () => {
    const rows = [
      [['PlaceOrder'], ['handlePlaceOrder', 'handle'], ['src/audit.ts:2', 'src/orders.ts:4'], ['pg']],
      [['CancelOrder'], ['handle'], ['src/cancel.ts:3'], ['none']],
    ]
    const heads = ['message', 'handlers', '', 'transaction']
    expect(table(heads, rows, plain, 61)[1]).toBe('  PlaceOrder   handlePlaceOrder  src/audit.ts:2   pg')
    expect(table(heads, rows, plain, 60)).toEqual([
      '  message      PlaceOrder',
      '  handlers     handlePlaceOrder  src/audit.ts:2',
      '               handle  src/orders.ts:4',
      '  transaction  pg',
      '',
      '  message      CancelOrder',
      '  handlers     handle  src/cancel.ts:3',
      '  transaction  none',
    ])
  })

  it('breaks at spaces, and never within a word', () => {
    expect(wrap('a longword here', 4)).toEqual(['a', 'longword', 'here'])
    expect(wrap('a bc', 4)).toEqual(['a bc'])
  })

  it('is that of COLUMNS where nobody looks at a terminal, and without end where nothing says it', async () => {
    const folded = await jasperGen(repository, ['check', '--help'], { env: { PATH: process.env['PATH'] ?? '', COLUMNS: '60' } })
    expect(folded.out).toBe(commandHelp('check', plain, 60))
    const unfolded = await jasperGen(repository, ['check', '--help'])
    expect(unfolded.out).toBe(commandHelp('check', plain))
  })
})
