import { describe, expect, it } from 'vitest'
import { readArguments } from '../../compiler/cli/read-arguments.ts'

const read = (line: string, env: Readonly<Record<string, string>> = {}) =>
  readArguments(line === '' ? [] : line.split(' '), env)

/** Codes and mends of a command line that is refused. */
function refusal(line: string): readonly string[] {
  const result = read(line)
  if (result.kind !== 'wrong') throw new Error(`${line} was accepted as ${result.kind}`)
  return result.diagnostics.map(({ code, help }) => `${code} ${help}`)
}

describe('the command line', () => {
  it('takes a command and its options in any order and spelling', () => {
    const expected = { kind: 'run', name: 'check', options: { config: 'a.config.ts', format: 'compact', diff: false } }
    expect(read('check --no-diff --config a.config.ts --format compact')).toMatchObject(expected)
    expect(read('check -c a.config.ts --format=compact --no-diff')).toMatchObject(expected)
    expect(read('check --config=a.config.ts --no-diff --format compact')).toMatchObject(expected)
  })

  it('takes the one word that a command asks for, before or behind its options', () => {
    const expected = { kind: 'run', name: 'preview', options: { argument: 'PlaceOrder', said: new Map([['codec', '']]) } }
    expect(read('preview PlaceOrder --codec')).toMatchObject(expected)
    expect(read('preview --codec PlaceOrder')).toMatchObject(expected)
  })

  it('prints for people unless it is asked otherwise', () => {
    expect(read('build')).toMatchObject({ kind: 'run', name: 'build', options: { config: undefined, format: 'pretty', diff: true } })
    expect(read('build --json')).toMatchObject({ options: { format: 'json' } })
  })

  it('annotates in GitHub Actions, unless a format is named', () => {
    expect(read('check', { GITHUB_ACTIONS: 'true' })).toMatchObject({ options: { format: 'github' } })
    expect(read('check --format pretty', { GITHUB_ACTIONS: 'true' })).toMatchObject({ options: { format: 'pretty' } })
    expect(read('check --json', { GITHUB_ACTIONS: 'true' })).toMatchObject({ options: { format: 'json' } })
  })

  it('gives help for all and for each, even beside a mistake', () => {
    expect(read('--help')).toEqual({ kind: 'help', command: undefined })
    expect(read('help')).toEqual({ kind: 'help', command: undefined })
    expect(read('help check')).toEqual({ kind: 'help', command: 'check' })
    expect(read('check -h')).toEqual({ kind: 'help', command: 'check' })
    expect(read('check --colour --help')).toEqual({ kind: 'help', command: 'check' })
    expect(read('-v')).toEqual({ kind: 'version' })
    expect(read('')).toEqual({ kind: 'nothing' })
  })

  it.each([
    ['biuld', 'JG0012 did you mean `jasper-gen build`?'],
    ['chekc', 'JG0012 did you mean `jasper-gen check`?'],
    ['desc', 'JG0012 did you mean `jasper-gen describe`?'],
    ['frobnicate', 'JG0012 the commands are init, build, watch, check, preview, explain, clean, describe'],
    ['toString', 'JG0012 the commands are init, build, watch, check, preview, explain, clean, describe'],
    ['check --nodiff', 'JG0013 did you mean --no-diff?'],
    ['build --no-diff', 'JG0013 `jasper-gen build --help` lists the options'],
    ['build --constructor', 'JG0013 `jasper-gen build --help` lists the options'],
    ['build -x', 'JG0013 `jasper-gen build --help` lists the options'],
    ['build --config', 'JG0014 `jasper-gen build --help` says what it takes'],
    ['build --config --json', 'JG0014 `jasper-gen build --help` says what it takes'],
    ['build --json=yes', 'JG0014 `jasper-gen build --help` says what it takes'],
    ['build --format sarif', 'JG0014 `jasper-gen build --help` says what it takes'],
    ['build src', 'JG0015 `jasper-gen build --help` lists the options'],
    ['preview A B', 'JG0015 `jasper-gen preview --help` lists the options'],
    ['preview', 'JG0020 give its wire name, a file of its handlers, or a file of the output folder'],
  ])('refuses %s with a mend', (line, expected) => {
    expect(refusal(line)).toEqual([expected])
  })

  it('reports all that is wrong at once', () => {
    expect(refusal('build src --colour --format sarif').map((line) => line.slice(0, 6))).toEqual(['JG0013', 'JG0014', 'JG0015'])
  })
})
