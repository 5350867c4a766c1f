import type { CatalogEntry } from './catalog-entry.ts'

/** JG104: which handlers are chosen, and for which messages. Codes are never reused. */
export const choosingCatalog = {
  JG1040: {
    severity: 'error',
    sentence: 'the config includes {entry}, but {reason}',
    explanation:
      'An entry of `include` is the path of a file, a # and what it exports: a function, a class whose handler methods are found by their ' +
      'names, or one method, `src/orders.ts#OrderService.place`. It is a handler whatever it is called, so it has to be there.',
    help: 'correct the entry, or take it out',
  },
  JG1041: {
    severity: 'warning',
    sentence: 'the config excludes {entry}, which leaves nothing out',
    explanation:
      'An entry of `exclude` is a glob of files, a # and a name, or one of them: `src/legacy/**`, `src/a.handler.ts#handleOld`, ' +
      '`#OldHandler`, `#OrderHandler.consume*`. Nothing that would be a handler fits this one.',
    help: 'correct the entry, or take it out',
  },
  JG1042: {
    severity: 'warning',
    sentence: '{handler} is never called: no message extends {type}',
    explanation:
      'A type that is abstract is never sent itself. Its handlers are called for each message that extends or implements it, or has it ' +
      'in an intersection; and a message is what a handler names or returns, and what is marked @message in the message files.',
    help: 'let a message extend {type}, or take away what makes it abstract',
  },
  JG1043: {
    severity: 'error',
    sentence: '{name} is marked @jasperHandler, but {reason}',
    explanation: 'The tag makes a handler of an exported function, of the handler methods of a class, or of a public method, whatever the name.',
    help: 'move the tag to the function, the class or the public method that is meant, or take it away',
  },
  JG1045: {
    severity: 'error',
    sentence: 'the package {package}, whose handlers the config wants, is not found',
    explanation:
      'Entries of `packages` are resolved as the generated index would import them: an installed package, or one of the workspace, and ' +
      'what its `exports` let out.',
    help: 'install {package}, or correct the entry',
  },
  JG1046: {
    severity: 'error',
    sentence: 'the package {package} has no declarations, and its handlers cannot be read',
    explanation: 'Handlers of packages are found, and their parameters read, in their declarations. A package of plain JavaScript has none.',
    help: 'let {package} be built with `"declaration": true`, and name the declarations in its package.json',
  },
  JG1047: {
    severity: 'error',
    sentence: 'the package {package} exports no handler',
    explanation:
      'Of a package that the config lists under `packages`, exported functions and classes are handlers by the same names as in handler ' +
      'files. What it does not export nobody could call.',
    help: 'export the handlers from {package}, name the part of it that does, or take the entry out',
  },
} as const satisfies Record<string, CatalogEntry>
