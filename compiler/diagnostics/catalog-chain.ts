import type { CatalogEntry } from './catalog-entry.ts'

/** JG3: grouping handlers into chains. Codes are never reused. */
export const chainCatalog = {
  JG3001: {
    severity: 'error',
    sentence: '{message} has two handlers that return something, and only one of them can reply',
    explanation:
      'All handlers of a message run in one chain. What its one replying handler returns is sent on, and is what `invoke` ' +
      'resolves with; with two of them nobody could say which is the reply. A handler that need not share the transaction of the others ' +
      'may have the message for itself: `export const policy = separate()` in its file.',
    help: "let one return nothing and `await context.send('{cascade}', …)`, or have the message for itself: `policy = separate()`",
  },
  JG3002: {
    severity: 'error',
    sentence: 'the handlers of {message} have two failure policies, and can have only one',
    explanation:
      'All handlers of a message run in one chain: when one of them fails, all of them are run again. So what becomes of the message ' +
      'is decided once for all, by the policy of one file or class.',
    help:
      'keep one of them, let one say separate() so that its handlers have the message for themselves, export the same policy from both files, ' +
      'or put what is common into the file that the config names as `policies`',
  },
  JG3021: {
    severity: 'error',
    sentence: 'the functions of {file} cannot be asked: {reason}',
    explanation:
      'Functions in the file of global policies are asked about every chain when the code is generated. The file is imported for it, as the ' +
      'app does at start; it answers from what it is told, and importing it has no side effects.',
    help: 'correct the file, and what it imports',
  },
  JG3022: {
    severity: 'error',
    sentence: 'a policy function gives no policy for {message}: {reason}',
    explanation:
      'A function in the file of global policies is asked about every chain, and answers with a policy, or with nothing where it has nothing ' +
      'to say. It is asked again by the app when that is made.',
    help: 'let it answer with what onError(...), timeout(...) and their like make, with several in policies(...), or with undefined',
  },
  JG3020: {
    severity: 'error',
    sentence: '{first} and {second} are separate handlers of {message}, and both are called {name}',
    explanation:
      'A handler that has a message for itself has a queue of its own, named by its class or file. Two of one name would be one ' +
      'queue, at which a message is handled once.',
    help: 'rename one of the files, or of the functions',
  },
  JG3011: {
    severity: 'warning',
    sentence: '{message} is sent, and nobody takes it: no handler here, and no route',
    explanation:
      '`send` and `schedule` of such a message throw when the app runs, and what a handler returns goes nowhere without a word. What a handler ' +
      'returns as it is may be meant for who invokes its message, and is not warned of; nor is `publish`, or what names its destination. ' +
      'With routes whose messages only the app knows, such as conventions, every message is taken as routed.',
    help: 'write a handler, or a route; `// jasper-allow JG3011` above the statement, the handler or the message type says that it is meant',
  },
} as const satisfies Record<string, CatalogEntry>
