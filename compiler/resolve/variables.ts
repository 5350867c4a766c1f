import { providerKey } from './bound-provider.ts'
import type { Variable, VariableSource } from './variable.ts'
import type { TypeRef } from '../discover/type-ref.ts'

/** The variables of one plan. All but returned values are shared: the message, the transaction, instances, what is provided or made. */
export interface Variables {
  /** The variable for a shared source, made when it is first asked for. */
  shared(source: VariableSource, hint: string, type: TypeRef | undefined): Variable
  /** A variable of its own: a returned value. */
  fresh(source: VariableSource, hint: string): Variable
  /** All of `kind`, in the order in which they were made. */
  of(kind: VariableSource['kind']): readonly Variable[]
}

export function createVariables(): Variables {
  const all: Variable[] = []
  const add = (source: VariableSource, hint: string, type: TypeRef | undefined): Variable => {
    const variable = { id: all.length, hint, type, source }
    all.push(variable)
    return variable
  }
  return {
    shared: (source, hint, type) =>
      all.find((variable) => sameSource(variable.source, source)) ?? add(source, hint, type),
    fresh: (source, hint) => add(source, hint, undefined),
    of: (kind) => all.filter((variable) => variable.source.kind === kind),
  }
}

function sameSource(a: VariableSource, b: VariableSource): boolean {
  if (a.kind === 'run') return b.kind === 'run' && a.member === b.member
  if (a.kind === 'service') return b.kind === 'service' && a.name === b.name
  if (a.kind === 'provider') return b.kind === 'provider' && providerKey(a.of.provider) === providerKey(b.of.provider)
  if (a.kind === 'handle') return b.kind === 'handle' && a.integration === b.integration
  if (a.kind === 'value') return b.kind === 'value' && a.file === b.file && a.export === b.export
  if (a.kind === 'instance') return b.kind === 'instance' && a.file === b.file && a.class === b.class
  if (a.kind === 'middleware' || a.kind === 'kept') return b.kind === a.kind && a.step === b.step && a.index === b.index
  if (a.kind === 'constant') return b.kind === 'constant' && JSON.stringify(a.value) === JSON.stringify(b.value)
  return a.kind === b.kind
}
