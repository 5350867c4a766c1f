import type { CatalogEntry } from './catalog-entry.ts'

/** Middleware, in each stage: JG1030 to JG1039, JG3010 to JG3019 and JG4020 to JG4029. Codes are never reused. */
export const middlewareCatalog = {
  JG1030: {
    severity: 'warning',
    sentence: '{file} matches the middleware globs and exports no middleware',
    explanation: 'Middleware is an exported function whose name begins with the word before, load, validate, after or finally, in lower case.',
    help: 'export a function with such a name, or take the file out of the globs',
  },
  JG1031: {
    severity: 'warning',
    sentence: '{name} is no middleware, though its name is nearly one',
    explanation:
      'Middleware is found by name: before, load, validate, after and finally, whole words in lower case, with or without more behind ' +
      'them. A function that is called nearly so would be passed over in silence.',
    help: 'call it {suggestion}, or mark it with /** @jasperIgnore */',
  },
  JG1032: {
    severity: 'error',
    sentence: '{function} returns {type}, and not reasons why the message is refused',
    explanation:
      'A validate function stops the message by returning reasons: a list of texts that is not empty. With an empty list, or with ' +
      'nothing, the message goes on. Whatever else it returned would have no effect, and the message would not be stopped.',
    help: 'return `string[]`, or nothing and throw; call a function that makes a value load…; mark one that is for something else with /** @jasperIgnore */',
  },
  JG1033: {
    severity: 'error',
    sentence: '{function} returns {type}, and what finally returns goes nowhere',
    explanation: 'A finally function runs when the message is done for, well or badly: nothing follows that could use a value or send a message.',
    help: 'return nothing; messages are sent by an after function, or through a MessageContext before the end',
  },
  JG1034: {
    severity: 'error',
    sentence: 'what {function} returns cannot be used: {reason}',
    explanation:
      'What a before or load function returns is found by its type: one value, the elements of a tuple, or the members of an object ' +
      'type that is written in place. Of those, each may be undefined, but not all of them at once.',
    help: 'write the return type down; return the tuple or the object in every case, with members that may be undefined',
  },
  JG3010: {
    severity: 'warning',
    sentence: '{function} is never called: {reason}',
    explanation:
      'Middleware of a handler file or of a handler class is for the messages of the handlers there, and that of a middleware file for ' +
      'those of all handlers. A first parameter that takes messages leaves only those that fit its type.',
    help: 'take the message that is meant, move the function beside its handler, or delete it',
  },
  JG4020: {
    severity: 'error',
    sentence: '{first} and {second} both make {type}, and nothing says which one the parameter {parameter} means',
    explanation:
      'A value of middleware is found by its type; where there are several of that type, by its name: that of the member or the element, ' +
      'else what follows the first word of the function, `order` of `loadOrder`. Those of the class are looked at first, then those of ' +
      'the file, then those of all.',
    help: 'call the parameter like one of the values: {names}',
  },
  JG4021: {
    severity: 'error',
    sentence: '{value} of {function} may be {nothing}, and the parameter {parameter} does not take that',
    explanation:
      'What follows a load function runs whatever it has found. A parameter that cannot be without its value would be given nothing all the same.',
    help: 'let the parameter take {nothing}, or stop before: a validate function can return reasons, and load can throw',
  },
  JG4022: {
    severity: 'error',
    sentence: '{function} waits for a value that is made from its own',
    explanation: 'Middleware that makes a value runs before what asks for it. In a circle nothing could run first.',
    help: 'make one function of them, or leave out one of the parameters on the path',
  },
  JG4023: {
    severity: 'error',
    sentence: '{function} asks for {type}, which is gone, or may never have been there, when it runs',
    explanation:
      'A finally function runs after the commit or the rollback, so that it sees how the message ended, and also when a step before ' +
      'has failed. The transaction is over then, and so is what was made for this message alone.',
    help: 'write in an after function, which runs in the transaction, or ask for a service with a connection of its own',
  },
  JG4024: {
    severity: 'error',
    sentence: '{value} of {function} may not have been made when {finally} runs, and the parameter {parameter} has to have it',
    explanation: 'A finally function runs also when a step before has failed, or has stopped the message: then nothing has been loaded.',
    help: 'let the parameter take undefined: `{parameter}: {type} | undefined`',
  },
} as const satisfies Record<string, CatalogEntry>
