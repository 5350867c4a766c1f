import type { EmittedModule } from './emitted-module.ts'
import { importedName } from './imported-name.ts'
import { chooseNames } from './name-scope.ts'
import type { ProjectEmit } from './project-emit.ts'
import { spellProvided } from './spell-provided.ts'
import { spellType } from './spell-type.ts'
import { withImports } from './with-imports.ts'
import { providerKey, providerPlace, type BoundProvider } from '../resolve/bound-provider.ts'
import { servicesIn } from '../resolve/needed-services.ts'
import type { VariableSource } from '../resolve/variable.ts'
import { memberOf } from '../../templates/code.ts'
import { singletonsModule } from '../../templates/singletons-module.ts'

export const singletonsPath = 'singletons.ts'
export const makeSingletons = 'makeSingletons'

const startLocal = 'start'
const servicesLocal = 'services'

/** The module that makes what providers make once for the app; none where they make nothing of that kind. */
export function emitSingletons(project: ProjectEmit): readonly EmittedModule[] {
  const { all, nameOf } = project.singletons
  if (all.length === 0) return []
  const reserved = new Set([startLocal, servicesLocal, makeSingletons, 'Singletons'])
  const locals = chooseNames(all.map((one) => ({ key: providerKey(one.provider), hint: nameOf(one) })), reserved)
  const localOf = ({ provider }: BoundProvider): string => locals.get(providerKey(provider)) ?? ''
  const services = servicesIn(all.flatMap((one) => one.arguments))
  const place = {
    module: singletonsPath,
    outputFolder: project.outputFolder,
    style: project.style,
    taken: new Set([...reserved, ...locals.values()]),
  }
  const { written, imports } = withImports(place, (names) => {
    const argument = (source: VariableSource): string => {
      switch (source.kind) {
        case 'provider':
          return localOf(source.of)
        case 'service':
          return memberOf(servicesLocal, source.name)
        case 'value':
          return names.value({ file: source.file }, source.export)
        case 'run':
          return memberOf(startLocal, source.member)
        default:
          return 'undefined'
      }
    }
    return {
      start: { name: startLocal, type: names.runtimeType('SingletonStart') },
      services:
        services.length === 0
          ? undefined
          : { name: servicesLocal, members: services.map(({ name, type }) => ({ name, type: spellType(type, names) })) },
      singletons: all.map(({ provider, arguments: bound }) => {
        const last = bound.findLastIndex(({ source }) => source.kind !== 'nothing')
        return {
          member: nameOf({ provider, arguments: bound, lifetime: 'app' }),
          local: locals.get(providerKey(provider)) ?? '',
          type: spellProvided(provider, names),
          place: providerPlace(provider),
          callee: importedName(provider, names),
          arguments: bound.slice(0, last + 1).map(({ source }) => argument(source)),
          async: provider.async,
        }
      }),
    }
  })
  const sources = [...new Set(all.map(({ provider }) => provider.file))].sort()
  return [{ path: singletonsPath, text: singletonsModule({ ...written, sources, imports, function: makeSingletons }) }]
}
