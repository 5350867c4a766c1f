/** A project to generate code for: its folder and its settings, defaults applied. Plain data. */
export interface Project {
  /** Absolute: the folder of the config file, or the working directory where there is none. */
  readonly folder: string
  /** Name of the config file in `folder`; `undefined`: the defaults apply. */
  readonly configFile: string | undefined
  /** Globs of the files that may hold handlers. Relative to `folder`, forward slashes, never empty. */
  readonly handlers: readonly string[]
  /** Globs of the files whose types marked `@message` are messages, used by a handler or not. Relative to `folder`. */
  readonly messages: readonly string[]
  /** Globs of the files whose exports are providers. Relative to `folder`. */
  readonly providers: readonly string[]
  /** More words with which the names of handlers begin. */
  readonly handlerNames: readonly string[]
  /** More endings of the names of handler classes. */
  readonly handlerClasses: readonly string[]
  /** What is a handler whatever its name: `file#export` or `file#Class.method`, files relative to `folder`. */
  readonly include: readonly string[]
  /** What is no handler whatever its name: `glob`, `glob#name` or `#name`. */
  readonly exclude: readonly string[]
  /** Whether a name makes a handler. */
  readonly conventions: boolean
  /** Globs of the files whose middleware is for all handlers. Relative to `folder`. */
  readonly middleware: readonly string[]
  /** Where generated code goes. Relative to `folder`, forward slashes, no slash at the end. */
  readonly output: string
  /** The file whose default export is `defineRoutes(...)`. Relative to `folder`. */
  readonly routes: string | undefined
  /** The file whose default export is the failure policy of the whole app. Relative to `folder`. */
  readonly policies: string | undefined
  /** Installed packages whose exported handlers are the app's, as they are imported. */
  readonly packages: readonly string[]
  /** The files whose default exports are plugins, in the order of their steps. Relative to `folder`. */
  readonly plugins: readonly string[]
  /** Relative to `folder`. Need not exist unless the config names it. */
  readonly tsconfig: string
  /** Whether the generated index registers its messages as the default of `MessageContext`. */
  readonly register: boolean
  /** What decoders do with members that a message type does not name. */
  readonly unknownMembers: 'ignore' | 'refuse'
}

/** What holds for a project that says nothing. */
export const projectDefaults = {
  handlers: ['src/**/*.handler.{ts,mts}', 'src/**/*.consumer.{ts,mts}'],
  messages: ['src/**/messages.{ts,mts}', 'src/**/*.messages.{ts,mts}'],
  providers: ['src/**/*.providers.{ts,mts}'],
  handlerNames: [],
  handlerClasses: [],
  include: [],
  exclude: [],
  conventions: true,
  middleware: ['src/**/*.middleware.{ts,mts}'],
  output: 'src/generated/jasper',
  routes: undefined,
  policies: undefined,
  packages: [],
  plugins: [],
  tsconfig: 'tsconfig.json',
  register: true,
  unknownMembers: 'ignore',
} as const satisfies Omit<Project, 'folder' | 'configFile'>
