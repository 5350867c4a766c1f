import { call, functionBlock } from './call.ts'
import { block, lineWidth, literal, paragraphs, propertyKey, toText, type Code } from './code.ts'
import type { ServiceMember } from './chain-module.ts'
import { header } from './header.ts'
import { spellImports, type ImportSymbol } from './import-symbol.ts'
import { servicesType } from './services-type.ts'

export interface SingletonsModule {
  readonly sources: readonly string[]
  readonly imports: readonly ImportSymbol[]
  readonly function: string
  readonly start: { readonly name: string; readonly type: string }
  /** `undefined` where no service is needed. */
  readonly services: { readonly name: string; readonly members: readonly ServiceMember[] } | undefined
  /** In the order in which they are made. */
  readonly singletons: readonly Singleton[]
}

export interface Singleton {
  /** What chains know it by. */
  readonly member: string
  readonly local: string
  readonly type: string
  /** `connect in src/shop.providers.ts` */
  readonly place: string
  /** `connect`, `new Catalog`. */
  readonly callee: string
  readonly arguments: readonly string[]
  readonly async: boolean
}

/** One generated file: what providers make once for the app. */
export function singletonsModule(module: SingletonsModule): string {
  const { start, services, singletons } = module
  const parameters = [`${start.name}: ${start.type}`]
  if (services !== undefined) parameters.push(`${services.name}: ${servicesType(services.members)}`)
  return toText(
    paragraphs(
      header(module.sources),
      spellImports(module.imports),
      [
        '/** What providers make once for the app. */',
        block('export interface Singletons {', singletons.map(({ member, type }) => `readonly ${propertyKey(member)}: ${type}`)),
      ],
      [
        '/** Makes them in this order when the app starts, before anything listens; when it has stopped they go in reverse. */',
        functionBlock(`export async function ${module.function}`, parameters, 'Promise<Singletons>', [
          singletons.map((singleton) => make(start.name, singleton)),
          `return { ${singletons.map(({ member, local }) => (member === local ? member : `${propertyKey(member)}: ${local}`)).join(', ')} }`,
        ]),
      ],
    ),
  )
}

function make(start: string, { local, async, place, callee, arguments: list }: Singleton): Code {
  const head = `const ${local} = ${async ? `await ${start}.makeAsync` : `${start}.make`}(${literal(place)}, () =>`
  const line = `${head} ${callee}(${list.join(', ')}))`
  return line.length + 2 <= lineWidth ? line : block(head, call(callee, list, '),'), ')')
}
