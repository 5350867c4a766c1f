import { expect, it } from 'vitest'
import { buildChains } from '../../compiler/chain/build-chains.ts'
import { handlerName } from '../../compiler/chain/handler-name.ts'
import { DiagnosticBag } from '../../compiler/diagnostics/diagnostic-bag.ts'
import { discoverIn } from './source-project.ts'

/** `OrderPlaced: handle, handleAny`, and what was said. */
function chainsOf(messages: string, handlers: string): { readonly chains: readonly string[]; readonly said: readonly string[] } {
  const names = [...messages.matchAll(/export (?:abstract )?(?:interface|type|class) (\w+)/g)].map(([, name = '']) => name)
  const { discovered, said } = discoverIn({
    'src/messages.ts': messages,
    'src/events.handler.ts': `import type { ${names.join(', ')} } from './messages.ts'\n${handlers}`,
  })
  const bag = new DiagnosticBag()
  const chains = buildChains(discovered, bag)
  return {
    chains: chains.map(({ message, handlers: called }) => `${message.name}: ${called.map((one) => handlerName(one.function)).join(', ')}`),
    said: [...said, ...bag.list().map(({ code, message }) => `${code} ${message}`)],
  }
}

it('a handler of what a message extends runs after those of the message, over several levels', () => {
  const { chains, said } = chainsOf(
    'export interface A { id: string }\nexport interface B extends A { b: 1 }\nexport interface C extends B { c: 1 }\n',
    'export function handleA(m: A) { void m }\nexport function handleB(m: B) { void m }\nexport function handleC(m: C) { void m }\n',
  )
  expect(said).toEqual([])
  expect(chains).toEqual(['A: handleA', 'B: handleB, handleA', 'C: handleC, handleA, handleB'])
})

it('a message that merely has the members is none of a base', () => {
  const { chains } = chainsOf(
    'export interface A { id: string }\nexport interface B { id: string; b: 1 }\nexport interface Empty {}\n',
    'export function handleA(m: A) { void m }\nexport function handleB(m: B) { void m }\nexport function handleEmpty(m: Empty) { void m }\n',
  )
  expect(chains).toEqual(['A: handleA', 'B: handleB', 'Empty: handleEmpty'])
})

it('members that are picked or left out make no kinship', () => {
  const { chains } = chainsOf(
    "export interface A { id: string; a: 1 }\nexport interface B extends Pick<A, 'id'> { b: 1 }\nexport type C = Omit<A, 'a'>\n",
    'export function handleA(m: A) { void m }\nexport function handleB(m: B) { void m }\nexport function handleC(m: C) { void m }\n',
  )
  expect(chains).toEqual(['A: handleA', 'B: handleB', 'C: handleC'])
})

it('an intersection, an implemented interface and an extended alias are bases', () => {
  const { chains } = chainsOf(
    [
      'export type Seen = { at: number }',
      'export interface Named { name: string }',
      'export type X = Seen & { x: 1 }',
      'export interface Y extends Seen { y: 1 }',
      'export class Z implements Named { name = "" }',
      '',
    ].join('\n'),
    [
      'export function handleSeen(m: Seen) { void m }',
      'export function handleNamed(m: Named) { void m }',
      'export function handleX(m: X) { void m }',
      'export function handleY(m: Y) { void m }',
      'export function handleZ(m: Z) { void m }',
      '',
    ].join('\n'),
  )
  expect(chains).toEqual(['Named: handleNamed', 'Seen: handleSeen', 'X: handleX, handleSeen', 'Y: handleY, handleSeen', 'Z: handleZ, handleNamed'])
})

it('a generic base takes what extends it with these arguments, and no alias of the same type', () => {
  const { chains, said } = chainsOf(
    'export interface Changed<T> { to: T }\nexport interface N extends Changed<number> { n: 1 }\nexport interface S extends Changed<string> { s: 1 }\nexport type M = Changed<number>\n',
    'export function handleN(m: N) { void m }\nexport function handleS(m: S) { void m }\nexport function handleM(m: M) { void m }\nexport function handleNumber(m: Changed<number>) { void m }\n',
  )
  expect(said).toEqual([])
  expect(chains).toEqual(['M: handleM', 'N: handleN, handleNumber', 'S: handleS'])
})

it('a generic type that no message extends needs a name', () => {
  const { said } = chainsOf('export interface Changed<T> { to: T }\n', 'export function handle(m: Changed<number>) { void m }\n')
  expect(said).toEqual([expect.stringMatching(/^JG1009 src\/events\.handler\.ts:2:27 /)])
})

it('what is abstract is no message; what is not, is one beside those that extend it', () => {
  const { chains } = chainsOf(
    'export abstract class A { a = 1 }\nexport class B extends A { b = 1 }\n/** @abstract */\nexport interface C { c: 1 }\nexport interface D extends C { d: 1 }\n',
    'export function handleA(m: A) { void m }\nexport function handleC(m: C) { void m }\nexport function handleD(m: D | B) { void m }\n',
  )
  expect(chains).toEqual(['B: handleA, handleD', 'D: handleC, handleD'])
})

it('a message is handled once by a handler that takes it and its base', () => {
  const { chains } = chainsOf(
    'export interface A { id: string }\nexport interface B extends A { b: 1 }\nexport type Both = A | B\n',
    'export function handle(m: Both) { void m }\nexport function handleOrNot(m?: A | B) { void m }\n',
  )
  expect(chains).toEqual(['A: handle, handleOrNot', 'B: handle, handleOrNot'])
})

it('a message that is only returned or marked has handlers of its base', () => {
  const { chains } = chainsOf(
    'export interface A { id: string }\nexport interface B extends A { b: 1 }\nexport interface C { c: 1 }\n',
    'export function handle(m: C): B { return { id: "", b: m.c } }\nexport function handleA(m: A) { void m }\n',
  )
  expect(chains).toEqual(['A: handleA', 'B: handleA', 'C: handle'])
})

it('a reply of the message and one of its base are two', () => {
  const { said } = chainsOf(
    'export interface A { id: string }\nexport interface B extends A { b: 1 }\nexport interface R { r: 1 }\n',
    'export function handleA(m: A): R { void m; return { r: 1 } }\nexport function handleB(m: B): R { void m; return { r: 1 } }\n',
  )
  expect(said).toEqual([expect.stringMatching(/^JG3001 /)])
})
