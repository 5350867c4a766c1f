import type { CatalogEntry } from './catalog-entry.ts'

/** Plugins and the steps that they add to chains, whatever the stage. Codes are never reused. */
export const pluginsCatalog = {
  JG1072: {
    severity: 'error',
    sentence: '{file} is no plugin: {reason}',
    explanation: 'The default export of a file that the config lists under `plugins` is a function: it is told of each chain, and answers with its steps.',
    help: 'export one: `export default definePlugin((chain) => [beforeAudit])`, with definePlugin of jasper-runtime/config',
  },
  JG1073: {
    severity: 'error',
    sentence: '{function} cannot be put around a chain: {reason}',
    explanation:
      'An around step receives all that follows as a function, and gives back what that returns. That it is generic in it shows that ' +
      'it neither leaves the work out nor changes the reply.',
    help: 'write it so: `async function {function}<T>(message: unknown, work: () => Promise<T>): Promise<T>`; the work may receive one value',
  },
  JG3023: {
    severity: 'error',
    sentence: 'the plugin {file} cannot be asked: {reason}',
    explanation:
      'Plugins are asked about every chain when the code is generated. The file is imported for it, by Node, in a thread of its own; ' +
      'importing it has no side effects.',
    help: 'correct the file, and what it imports',
  },
  JG3024: {
    severity: 'error',
    sentence: 'the plugin {file} gives no steps for {message}: {reason}',
    explanation: 'A plugin is asked about every chain, and answers with a list of steps, or with nothing where it has none.',
    help: 'let it answer with functions that its file exports, with what step(...) makes of them, or with undefined',
  },
  JG3025: {
    severity: 'error',
    sentence: 'the plugin {file} puts {function} into the chain of {message}, and it can be no step: {reason}',
    explanation:
      'Generated code calls the steps of a plugin as exports of its file. When a step runs is in its name: around, before, load, validate, ' +
      'after, finally, and what it is about behind that.',
    help: 'export the function from {file}, itself or from where it stands, under a name like beforeAudit',
  },
  JG3026: {
    severity: 'error',
    sentence: '{function} is put into the chain of {message}, and takes {taken}',
    explanation: 'The first parameter of a step may take the message; the plugin has put it into the chain of another one.',
    help: 'let the plugin look at `chain.message`, or let the step take `unknown`',
  },
  JG3027: {
    severity: 'error',
    sentence: 'the plugin {file} cannot call {function} so in the chain of {message}: {reason}',
    explanation: 'What `step(...)` says of a function has to fit its parameters, by their names, and what it makes.',
    help: 'compare what stands in `with` and in `makes` with the function',
  },
  JG4025: {
    severity: 'error',
    sentence: 'the parameter {parameter} is to be given the variable {variable} of the chain of {message}, which {reason}',
    explanation:
      '`variable(...)` of a plugin means a value of middleware or of another step, what the parameter of a handler receives, or what the ' +
      'runtime knows of the handling.',
    help: 'name one of these: {names}; or leave it out, and the parameter is found by its type',
  },
} as const satisfies Record<string, CatalogEntry>
