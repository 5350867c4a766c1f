import { functionBlock } from './call.ts'
import { commentText, paragraphs, toText, type Code } from './code.ts'
import { header } from './header.ts'
import { spellImports, type ImportSymbol } from './import-symbol.ts'
import { servicesType } from './services-type.ts'

export interface ChainModule {
  readonly sources: readonly string[]
  readonly imports: readonly ImportSymbol[]
  readonly function: string
  /** `PlaceOrder: one handler, in a pg transaction.` */
  readonly description: string
  readonly run: { readonly name: string; readonly type: string }
  /** `undefined` where no service is needed. */
  readonly services: { readonly name: string; readonly members: readonly ServiceMember[] } | undefined
  /** What the promise holds. */
  readonly returns: string
  /** The steps, each a paragraph. */
  readonly body: readonly Code[]
  /** Functions that tell the alternatives of unions apart. */
  readonly tellers: readonly Code[]
}

export interface ServiceMember {
  readonly name: string
  readonly type: string
}

/** One generated file: a message's chain. */
export function chainModule(module: ChainModule): string {
  const parameters = [`${module.run.name}: ${module.run.type}`]
  if (module.services !== undefined) parameters.push(`${module.services.name}: ${servicesType(module.services.members)}`)
  return toText(
    paragraphs(
      header(module.sources),
      spellImports(module.imports),
      [
        `/** ${commentText(module.description)} */`,
        functionBlock(`export async function ${module.function}`, parameters, `Promise<${module.returns}>`, paragraphs(...module.body)),
      ],
      ...module.tellers,
    ),
  )
}
