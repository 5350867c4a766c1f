import type { MessageStore } from '../contracts/message-store.ts'
import type { Transport } from '../contracts/transport.ts'

/** What `jasper.config.ts` may say. All paths are relative to that file. */
export interface JasperConfig {
  /** Where handlers are. `['src/**\/*.handler.{ts,mts}', 'src/**\/*.consumer.{ts,mts}']` when unsaid. */
  readonly handlers?: readonly string[]
  /**
   * Where message types are that no handler needs to take or return: those marked `/** @message *\/` there
   * have a codec and a typed name. `['src/**\/messages.{ts,mts}', 'src/**\/*.messages.{ts,mts}']` when unsaid.
   */
  readonly messages?: readonly string[]
  /**
   * Where providers are: exported functions, classes and constants whose values handlers ask for by type.
   * `['src/**\/*.providers.{ts,mts}']` when unsaid.
   */
  readonly providers?: readonly string[]
  /** More words with which names of handlers begin, besides `handle`, `consume` and `start`: `['on']` for `onOrderPlaced`. */
  readonly handlerNames?: readonly string[]
  /** More endings of the names of handler classes, besides `Handler` and `Consumer`: `['Subscriber']`. */
  readonly handlerClasses?: readonly string[]
  /**
   * Functions, classes and single methods that are handlers wherever they are and whatever their names:
   * `['src/legacy/orders.ts#placeOrder', 'src/legacy/orders.ts#OrderService', 'src/legacy/orders.ts#OrderService.place']`.
   */
  readonly include?: readonly string[]
  /**
   * What is no handler whatever its name. A glob of files, a `#` and a name, or one of them:
   * `['src/legacy/**', 'src/orders/place-order.handler.ts#handleOld', '#OrderHandler.consume*']`.
   */
  readonly exclude?: readonly string[]
  /**
   * Whether a name makes a handler; true when unsaid. With `false` only what `include` names, and what is
   * marked `/** @jasperHandler *\/` in a handler file, is one.
   */
  readonly conventions?: boolean
  /**
   * Where middleware is that is for all handlers, and not only for those beside it: exported functions called
   * `before…`, `load…`, `validate…`, `after…` and `finally…`. `['src/**\/*.middleware.{ts,mts}']` when unsaid.
   */
  readonly middleware?: readonly string[]
  /** Where generated code goes. `src/generated/jasper` when unsaid. */
  readonly output?: string
  /** The file whose default export is `defineRoutes(...)`. None when unsaid. */
  readonly routes?: string
  /**
   * The file whose default export is the failure policy of the whole app: a rule that `onError(...)`
   * begins, or a list of them. None when unsaid.
   */
  readonly policies?: string
  /**
   * Installed packages whose exported handlers are handlers of the app, by the specifiers under which they are
   * imported: `['@acme/order-handlers']`. They are read from the declarations of the package. None when unsaid.
   */
  readonly packages?: readonly string[]
  /**
   * Files whose default export is `definePlugin(...)`: what it answers of a chain, at build, are steps around its
   * handlers. None when unsaid.
   */
  readonly plugins?: readonly string[]
  /** `tsconfig.json` when unsaid. */
  readonly tsconfig?: string
  /** Whether the generated index registers its messages as the default of `MessageContext`; true when unsaid. */
  readonly register?: boolean
  /**
   * What becomes of members of an arriving message that its type does not name: `'ignore'` leaves them
   * out, so that a newer sender may add some; `'refuse'` makes the message a dead letter. `'ignore'` when unsaid.
   */
  readonly unknownMembers?: 'ignore' | 'refuse'
  /**
   * The store that the command `jasper` opens; jasper-gen ignores it. A function is called only then,
   * so that a build needs neither the driver nor the address:
   * `store: async () => (await import('jasper-runtime/postgres')).postgres({ ... })`.
   */
  readonly store?: MessageStore | (() => MessageStore | Promise<MessageStore>)
  /**
   * The transports of the app, for `jasper check`, which looks whether each answers and has every place
   * that the routes name; jasper-gen ignores them. A function is called only then, like `store`.
   */
  readonly transports?: readonly Transport[] | (() => readonly Transport[] | Promise<readonly Transport[]>)
}

/** Types the config and returns it as it is. */
export function defineConfig(config: JasperConfig): JasperConfig {
  return config
}
