/** A project that nobody wrote: what its source says, so that what it does is known without compiling it. */
export interface ProjectModel {
  readonly messages: readonly MessageModel[]
  readonly services: readonly ServiceModel[]
  readonly effects: readonly EffectModel[]
  /** In the order of their files, then from the top down. */
  readonly handlers: readonly HandlerModel[]
}

export interface MessageModel {
  readonly index: number
  /** `src/messages/b.ts` */
  readonly file: string
  /** `Charge`, in the namespace if it has one. */
  readonly type: string
  readonly namespace: string | undefined
  readonly wireName: string
  /** Whether `@message` has to say the name. */
  readonly tagged: boolean
  readonly form: 'interface' | 'alias' | 'class' | 'literal'
}

export interface ServiceModel {
  readonly type: string
  readonly form: 'interface' | 'class'
}

export type Need =
  | { readonly kind: 'now' | 'log' | 'signal' | 'context' | 'envelope' | 'tx' }
  | { readonly kind: 'service'; readonly service: ServiceModel }

export interface Parameter {
  readonly name: string
  readonly need: Need
  /** `mailer?: Mailer`: it receives its argument all the same. */
  readonly optional: boolean
}

export interface EffectModel {
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly async: boolean
}

export type Wrapper = 'scheduled' | 'reply' | 'sent-to' | 'with-options'

export type Alternative =
  | { readonly kind: 'message'; readonly message: MessageModel; readonly wrapper: Wrapper | undefined }
  | { readonly kind: 'effect'; readonly effect: EffectModel }

export type ListForm =
  | 'array' | 'readonly array' | 'set' | 'iterable' | 'generator' | 'async iterable' | 'async generator'

export interface Part {
  /** Absent for one value. */
  readonly list: ListForm | undefined
  readonly alternatives: readonly Alternative[]
  /** It, or an element of it, may be nothing. */
  readonly optional: boolean
}

export type Returned =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'part'; readonly part: Part }
  | { readonly kind: 'tuple'; readonly parts: readonly Part[] }

/** A value of a part: one of its alternatives by index, `undefined` for nothing; a list of them for lists. */
export type PartValue = readonly (number | undefined)[]

export interface HandlerModel {
  readonly file: string
  readonly form: 'function' | 'arrow' | 'static' | 'instance'
  /** The class, for methods. */
  readonly class: string | undefined
  readonly constructorParameters: readonly Parameter[]
  readonly name: string
  readonly message: MessageModel
  readonly messageName: string
  readonly parameters: readonly Parameter[]
  readonly async: boolean
  readonly returned: Returned
  /** What it returns for each variant of its message: the value of each part. */
  readonly values: readonly (readonly PartValue[])[]
}

/** How many values each handler returns: a message says which it wants. */
export const variants = 3

/** The parts of a returned value, in their order. */
export function partsOf(returned: Returned): readonly Part[] {
  return returned.kind === 'nothing' ? [] : returned.kind === 'part' ? [returned.part] : returned.parts
}

/** What traces call a handler. */
export function labelOf({ file, class: inClass, name }: HandlerModel): string {
  return `${file} ${inClass === undefined ? name : `${inClass}.${name}`}`
}

/** Who asks for what is asked for. */
export function needsOf(handler: HandlerModel): readonly Need[] {
  const effects = partsOf(handler.returned).flatMap(({ alternatives }) =>
    alternatives.flatMap((one) => (one.kind === 'effect' ? one.effect.parameters : [])),
  )
  return [...handler.constructorParameters, ...handler.parameters, ...effects].map(({ need }) => need)
}
