import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { catalog } from '../../compiler/diagnostics/catalog.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import { printDiagnostics } from '../../compiler/diagnostics/print-diagnostics.ts'

function bagAt(source: string, span: { line: number; column: number; length: number }): string {
  const bag = new DiagnosticBag()
  bag.report('JG2004', { member: 'Ping.id' }, { span: { file: 'a.ts', ...span }, label: 'symbol', path: 'handle(ping) → Ping.id' })
  return printDiagnostics(bag.list(), { folder: '/', format: 'pretty', color: false, readSource: () => source })
}

const frameOf = (source: string, span: { line: number; column: number; length: number }) =>
  bagAt(source, span).split('\n').filter((line) => /^\s*\d* \|/.test(line))

describe('the catalogue', () => {
  it.each(Object.entries(catalog))('%s explains itself', (code, { sentence, explanation, help, severity }) => {
    expect(code).toMatch(/^JG[0-5]\d{3}$/)
    expect(['error', 'warning']).toContain(severity)
    expect(sentence).not.toMatch(/\.$/)
    expect(explanation).toMatch(/[.!]$/)
    expect(help.length).toBeGreaterThan(10)
  })
})

describe('the bag', () => {
  it('lists by file, line and column, whatever the order of reporting, those without a place first', () => {
    const bag = new DiagnosticBag()
    const report = (file: string, line: number, column: number) =>
      bag.report('JG2004', { member: `${file}${line}` }, { span: { file, line, column, length: 1 } })
    report('b.ts', 1, 1)
    report('a.ts', 10, 1)
    report('a.ts', 9, 4)
    report('a.ts', 9, 3)
    bag.report('JG1018', { globs: '*' }, { span: undefined })
    expect(bag.list().map(({ span }) => span && `${span.file}:${span.line}:${span.column}`)).toEqual([undefined, 'a.ts:9:3', 'a.ts:9:4', 'a.ts:10:1', 'b.ts:1:1'])
  })

  it('keeps the same problem at the same place once, and knows errors from warnings', () => {
    const bag = new DiagnosticBag()
    bag.report('JG1018', { globs: '*' }, { span: undefined })
    expect(bag.hasErrors).toBe(false)
    const span = { file: 'a.ts', line: 1, column: 1, length: 1 }
    bag.report('JG2004', { member: 'A.b' }, { span, path: 'first' })
    bag.report('JG2004', { member: 'A.b' }, { span, path: 'second' })
    expect(bag.list().map(({ path }) => path)).toEqual([undefined, 'first'])
    expect(bag.hasErrors).toBe(true)
  })

  it('fills the slots of sentence and help, and leaves other braces alone', () => {
    const bag = new DiagnosticBag()
    bag.report('JG1006', { handler: 'handle', type: '{ a: {type} }' }, { span: undefined })
    expect(bag.list()[0]?.message).toBe('the message of handle is { a: {type} }, which is not an object type of your own')
    expect(bag.list()[0]?.help).toContain('{ orderId: string }')
  })
})

describe('a code frame', () => {
  it('shows the line with its neighbours and marks the place', () => {
    expect(frameOf('first\n  id: symbol\nlast\nfar', { line: 2, column: 7, length: 6 })).toEqual([
      '1 | first',
      '2 |   id: symbol',
      '  |       ^^^^^^ symbol',
      '3 | last',
    ])
  })

  it('keeps the mark below what it marks in long lines, and cuts the rest', () => {
    const source = `${'x'.repeat(500)}symbol${'y'.repeat(500)}`
    const [line = '', mark = ''] = frameOf(source, { line: 1, column: 501, length: 6 })
    expect(line.length).toBeLessThan(120)
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('symbol')
    const huge = frameOf('z'.repeat(5000), { line: 1, column: 1, length: 5000 })
    expect(Math.max(...huge.map((text) => text.length))).toBeLessThan(130)
  })

  it('masks text in quotes on lines that speak of secrets', () => {
    const printed = bagAt("const password = 'hunter2'\nid: symbol // \"postgres://me:hunter2@db\"\nconst name = 'shown'", { line: 2, column: 5, length: 6 })
    expect(printed).not.toContain('hunter2')
    expect(printed).toContain("'*******'")
    expect(printed).toContain("'shown'")
  })

  it('prints nothing that a terminal obeys, and one column a tab', () => {
    const printed = bagAt('\tid: \u001b[31msymbol\u202e', { line: 1, column: 11, length: 6 })
    expect(printed).not.toMatch(/[\u001b\u202e\t]/)
    expect(printed).toContain(' id: ·[31msymbol·')
  })

  it('is left out where the file is gone or shorter than it was', () => {
    expect(frameOf('', { line: 7, column: 1, length: 1 })).toEqual([])
    const span = { file: 'no/such/file.ts', line: 1, column: 1, length: 1 }
    const bag = new DiagnosticBag()
    bag.report('JG2004', { member: 'Ping.id' }, { span })
    expect(printDiagnostics(bag.list(), { folder: '/nowhere', format: 'pretty', color: false })).toContain('--> no/such/file.ts:1:1')
  })
})

describe('the formats', () => {
  const bag = new DiagnosticBag()
  bag.report('JG2004', { member: 'Ping.id\nnext' }, { span: { file: 'src/a.ts', line: 3, column: 7, length: 6 } })
  bag.report('JG1018', { globs: 'src/**' }, { span: undefined })
  const print = (format: 'pretty' | 'compact' | 'json', color = false) =>
    printDiagnostics(bag.list(), { folder: '/', format, color, readSource: () => 'a\nb\n  id: symbol' })

  it('compact is one line each', () => {
    expect(print('compact')).toBe(
      'warning JG1018: no file matches src/**\nsrc/a.ts:3:7: error JG2004: Ping.id next: a symbol cannot travel\n',
    )
  })

  it('json is all there is to know', () => {
    expect(JSON.parse(print('json'))).toMatchObject([{ code: 'JG1018' }, { code: 'JG2004', span: { line: 3, column: 7 } }])
  })

  it('pretty adds up, and colours change nothing else', () => {
    expect(print('pretty').trimEnd().split('\n').at(-1)).toBe('1 error, 1 warning')
    expect(print('pretty')).not.toContain('\u001b')
    expect(print('pretty', true)).toContain('\u001b[')
    expect(stripVTControlCharacters(print('pretty', true))).toBe(print('pretty'))
  })

  it('of nothing is nothing', () => {
    expect(printDiagnostics([], { folder: '/', format: 'pretty', color: true })).toBe('')
    expect(printDiagnostics([], { folder: '/', format: 'compact', color: false })).toBe('')
  })
})
