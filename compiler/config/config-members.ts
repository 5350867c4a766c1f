import type { JasperConfig } from 'jasper-runtime/config'

/** What a member of the config may hold. */
export type MemberKind =
  /** A list of globs below the project's folder; at least one. */
  | 'globs'
  /** A folder below the project's folder that is not the folder itself. */
  | 'folder'
  /** A file below the project's folder that must exist. */
  | 'file'
  /** A list of files below the project's folder that must exist. */
  | 'files'
  | 'boolean'
  /** A list of words that names begin or end with. */
  | 'words'
  /** A list of exports of files below the project's folder: `file#name`. */
  | 'exports'
  /** A list of specifiers of installed packages. */
  | 'packages'
  /** A list of globs, names, or globs and names: `glob#name`. */
  | 'exclusions'
  | 'unknown-members'
  /** For other tools: anything, and of no effect on what is generated. */
  | 'ignored'

/** Every member of `JasperConfig`: the compiler refuses a list that has one too few or too many. */
export const configMembers: Readonly<Record<keyof JasperConfig, MemberKind>> = {
  conventions: 'boolean',
  exclude: 'exclusions',
  handlerClasses: 'words',
  handlerNames: 'words',
  handlers: 'globs',
  include: 'exports',
  messages: 'globs',
  middleware: 'globs',
  output: 'folder',
  packages: 'packages',
  plugins: 'files',
  policies: 'file',
  providers: 'globs',
  register: 'boolean',
  routes: 'file',
  store: 'ignored',
  transports: 'ignored',
  tsconfig: 'file',
  unknownMembers: 'unknown-members',
}

/** What a member of each kind should be, to end the sentence "… must be". */
export const memberWords: Readonly<Record<MemberKind, string>> = {
  globs: 'a list of globs with at least one entry',
  folder: 'the path of a folder',
  file: 'the path of a file',
  files: 'a list of paths of files',
  boolean: 'true or false',
  words: 'a list of words that a name can hold',
  exports: 'a list of files and what they export, with a # between',
  packages: 'a list of packages as they are imported',
  exclusions: 'a list of globs, or of globs and names with a # between',
  'unknown-members': "'ignore' or 'refuse'",
  ignored: 'a message store, or a function that returns one',
}

/** An example of each kind, for the mend. */
export const memberExamples: Readonly<Record<MemberKind, string>> = {
  globs: "['src/**/*.handler.ts']",
  folder: "'src/generated/jasper'",
  file: "'src/routes.ts'",
  files: "['src/audit.plugin.ts']",
  boolean: 'true',
  words: "['Subscriber']",
  exports: "['src/orders.ts#OrderService.place']",
  packages: "['@acme/order-handlers']",
  exclusions: "['src/legacy/**', '#OldHandler']",
  'unknown-members': "'refuse'",
  ignored: 'postgres({ connectionString })',
}
