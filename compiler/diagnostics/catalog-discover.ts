import type { CatalogEntry } from './catalog-entry.ts'

/** JG1: finding handlers and reading their signatures. Codes are never reused. */
export const discoverCatalog = {
  JG1001: {
    severity: 'error',
    sentence: '{file} does not parse: {reason}',
    explanation: 'A file with a syntax error may read as something else than was meant, so no code is generated from it.',
    help: 'correct the syntax; `tsc --noEmit` reports the same place',
  },
  JG1002: {
    severity: 'error',
    sentence: '{handler} has no parameter, so it handles no message',
    explanation: 'The first parameter of a handler is its message: its type is what the handler is found by.',
    help: 'add the message as first parameter, or mark the function with /** @jasperIgnore */',
  },
  JG1003: {
    severity: 'error',
    sentence: '{handler} is overloaded',
    explanation: 'A handler has one signature, because its first parameter says which message it handles.',
    help: 'write one handler for each message: several may stand in one file',
  },
  JG1004: {
    severity: 'error',
    sentence: '{handler} is generic',
    explanation: 'Nobody gives type arguments to a handler: the generated code calls it with one message type that is known.',
    help: 'name the message type in the signature, and call the generic function from there',
  },
  JG1005: {
    severity: 'error',
    sentence: 'the message of {handler} is {type}',
    explanation: 'A message needs a type of its own: its name travels with it, and its members are checked when it arrives.',
    help: 'declare an interface for the message and use it as the type of the first parameter',
  },
  JG1006: {
    severity: 'error',
    sentence: 'the message of {handler} is {type}, which is not an object type of your own',
    explanation: 'Messages are found by the name of their type. A primitive, an array or a built-in type has no name that is yours.',
    help: 'wrap it in an interface: `export interface PlaceOrder { orderId: string }`',
  },
  JG1007: {
    severity: 'error',
    sentence: 'the message of {handler} is a union ({type}), and {member} in it is no message',
    explanation:
      'A handler of a union is one of each of its members: it stands in the chain of each. So each has to be a message by itself, ' +
      'an object type with a name.',
    help: 'name each member: `export type OrderEvent = OrderPlaced | OrderCancelled`',
  },
  JG1008: {
    severity: 'error',
    sentence: 'the message of {handler} has a type without a name',
    explanation: 'The name of the type is the name of the message on the wire. A type that is written in place has none.',
    help: 'move the type to `export interface …` and use its name here',
  },
  JG1009: {
    severity: 'error',
    sentence: '{type} is a generic type with arguments; as a message it needs a name of its own',
    explanation: 'The wire name of a message is the name of its type, and all instantiations of a generic type share theirs.',
    help: 'name it: `export type OrderPage = {type}`, and use that name here',
  },
  JG1010: {
    severity: 'error',
    sentence: 'the type {type} cannot be found',
    explanation:
      'The name does not resolve: a missing import, a package that is not installed, or a file that is not there yet. ' +
      'Generating code from an unknown type would mean guessing.',
    help: 'run `tsc --noEmit`; it says why {type} is not found',
  },
  JG1011: {
    severity: 'error',
    sentence: 'the default export of {file} looks like a handler, but handlers are exported by name',
    explanation: 'The generated code imports handlers by name, so that the name in a stack trace is the name in your source.',
    help: 'write `export function handle…` or `export class …Handler`, or mark it with /** @jasperIgnore */',
  },
  JG1012: {
    severity: 'warning',
    sentence: '{name} is not a handler, though its name looks like one',
    explanation:
      'Handlers are functions whose names begin with `handle`, `consume`, `start` or another word of docs/what-is-a-handler.md, in lower ' +
      'camel case. A name that comes close is more often a slip than a wish.',
    help: 'call it {suggestion}, or mark it with /** @jasperIgnore */',
  },
  JG1013: {
    severity: 'warning',
    sentence: '{file} is a handler file, but exports no handler',
    explanation: 'Its name matches `handlers` in the config, and none of its exports is a handler.',
    help: 'export a function called `handle…`, `consume…` or `start…`, or rename the file',
  },
  JG1014: {
    severity: 'error',
    sentence: '{type} is a message, but {file} does not export it by name',
    explanation: 'The generated code imports the types of your messages by their names: a default export has none.',
    help: 'write `export` before the declaration of {type}',
  },
  JG1015: {
    severity: 'error',
    sentence: '{handler} takes rest parameters',
    explanation: 'Each parameter of a handler is one value that the generated code passes; a rest parameter is any number of them.',
    help: 'write out the parameters that the handler needs',
  },
  JG1016: {
    severity: 'error',
    sentence: '{class} cannot be created: {reason}',
    explanation: 'The generated code makes a new instance of a handler class for each message, with what its constructor asks for.',
    help: 'give the class one public constructor, make the handler static, or mark the class with /** @jasperIgnore */',
  },
  JG1017: {
    severity: 'error',
    sentence: 'the type of the parameter {name} of {handler} is {type}',
    explanation: 'Parameters after the message are found by their type, so each needs one that says what is wanted.',
    help: 'give the parameter a type: an interface or class of yours, or one of a library that jasper-gen knows',
  },
  JG1018: {
    severity: 'warning',
    sentence: 'no file matches {globs}',
    explanation: 'These are the patterns of `handlers` in the config, relative to its folder. Without handlers there is nothing to generate.',
    help: 'name a file like `src/orders/place-order.handler.ts`, or change `handlers` in jasper.config.ts',
  },
  JG1019: {
    severity: 'error',
    sentence: 'what {handler} returns is not known without its return type written down',
    explanation:
      'The type of what is returned depends on generated code, which does not exist yet when this is compiled, or on a value of type any. ' +
      'What a handler returns is sent on, so it must be known.',
    help: 'annotate the return type: `: Promise<OrderPlaced>`, or `: Promise<void>` if nothing is sent on',
  },
  JG1020: {
    severity: 'error',
    sentence: '{handler} returns {type}, which is not a message',
    explanation: 'What a handler returns is sent on as a message, so it has to be a named object type of yours, or nothing.',
    help: 'return a named message type, or nothing (`Promise<void>`)',
  },
  JG1021: {
    severity: 'error',
    sentence: '{handler} returns {type}, and {alternative} cannot be told from the others at run time',
    explanation:
      'The alternatives of a returned union are told apart by class, by a member with a literal type whose values differ, ' +
      'or by a required member that only one of them declares. It is never guessed.',
    help: "give each alternative a literal member: `type: 'order.placed'`, `type: 'order.rejected'`",
  },
  JG1022: {
    severity: 'error',
    sentence: '{handler} returns {type}, which mixes one message and several',
    explanation: 'A handler returns one message (or one of several), an array of messages, or a tuple of these.',
    help: 'return an array in every case; an empty one sends nothing',
  },
  JG1023: {
    severity: 'warning',
    sentence: '@{tag} is no tag that jasper-gen knows, though it looks like one',
    explanation:
      'The tags are @message, @version and @abstract of message types, @perMessage of providers, @jasperHandler of what is a handler ' +
      'whatever its name, and @jasperIgnore of what looks like a handler or a provider and is none. ' +
      'A misspelt one would be passed over in silence, and the message would travel under another name.',
    help: 'write @{suggestion}',
  },
  JG1024: {
    severity: 'error',
    sentence: '{policy} is no policy: {reason}',
    explanation:
      'What a handler file exports as `policy`, and what a handler class has as `static policy`, says how its messages are handled, and ' +
      'what becomes of them when a handler fails.',
    help:
      "make it with jasper-runtime/config: `onError(PaymentTimeout).retry('50ms', '1s').thenDeadLetter()`, `timeout('10s')`, `queue('payments')`, " +
      'several in `policies(...)`; mark what is meant for something else with /** @jasperIgnore */',
  },
  JG1071: {
    severity: 'error',
    sentence: '{file} is no file of global policies: {reason}',
    explanation: 'The default export of the file that the config names as `policies` says what holds for all handlers of the app.',
    help:
      "export it as default: `export default policies(onErrorCode('40001').retryNow(3), timeout('30s'))`, made with jasper-runtime/config " +
      'and without a type annotation, so that a build can read all of it',
  },
  JG1070: {
    severity: 'error',
    sentence: 'the ordering key of {policy} is one of {key}, and {handler} takes {message}',
    explanation: 'The key of a message is computed when it is sent. Every message that the handlers of the policy take must have one.',
    help: 'give the key the type of the message, `orderingKey<{message}>(...)`, or a union of all messages that the handlers take',
  },
  JG1060: {
    severity: 'warning',
    sentence: '{provider} is exported by a provider file and provides nothing: {reason}',
    explanation:
      'What a provider file exports is found by the type of its value: a class, an interface or an alias that is declared with a name, ' +
      'so that a parameter can ask for it.',
    help: 'give the value a type with a name, or mark the export with /** @jasperIgnore */',
  },
  JG1061: {
    severity: 'error',
    sentence: 'the provider {provider} is overloaded',
    explanation: 'A provider is called in one way: its parameters are found by their types.',
    help: 'write one provider for each of its signatures, or mark it with /** @jasperIgnore */',
  },
  JG1062: {
    severity: 'error',
    sentence: 'the provider {provider} is generic',
    explanation: 'Nobody gives type arguments to a provider: the generated code calls it for one type that is known.',
    help: 'name the types in the signature and call the generic function from there, or mark it with /** @jasperIgnore */',
  },
  JG1063: {
    severity: 'warning',
    sentence: '{provider} is a value, and @perMessage says nothing of values',
    explanation: 'A constant is there once, when its file is loaded. What is to be made for each message has to be made by a function or a class.',
    help: 'export a function that returns it, or take the tag off',
  },
  JG1050: {
    severity: 'error',
    sentence: '{handler} returns {type}, and envelopes are made by the runtime',
    explanation:
      'An envelope has an id, causes and a body that belong to one sending. What a handler returns is the message; what is to be said ' +
      'about its delivery goes beside it.',
    help:
      'return the message in its wrapper: `withOptions(message, { orderingKey, headers })` from jasper-runtime, ' +
      'of the type `WithOptions<…>`',
  },
  JG1051: {
    severity: 'error',
    sentence: '{handler} returns {type}, and a wrapper holds one message',
    explanation:
      '`scheduled`, `delayed`, `reply`, `sendTo` and `withOptions` say something about one message. A list in one of them, or a wrapper ' +
      'in another, has no meaning of its own.',
    help: "wrap each message, and give what two wrappers would say as options: `sendTo(message, destination, { delay: '10m' })`",
  },
  JG1052: {
    severity: 'error',
    sentence: '{handler} returns {type}, in which more than one reply could be',
    explanation: 'Whoever invokes a message waits for one reply. `reply(…)` in a list, or twice in a tuple, could be any number of them.',
    help: 'return a tuple with one `Reply<…>` in it, and what is sent on beside it',
  },
  JG1053: {
    severity: 'warning',
    sentence: '{handler} returns {type} at the end of its generator, and only what is yielded is sent',
    explanation: 'A loop over a generator sees what it yields. What it returns in the end is dropped by the language.',
    help: 'yield it, and let the generator return nothing',
  },
  JG1054: {
    severity: 'error',
    sentence: 'the side effect {effect} cannot be executed: {reason}',
    explanation:
      'What a handler returns with a method `execute` is a side effect: the generated code calls that method with what its parameters ' +
      'ask for, in the transaction of the handler.',
    help: 'return the class itself, whose execute has one signature with a type for each parameter',
  },
  JG1055: {
    severity: 'warning',
    sentence: 'a statement on the transaction {parameter} is not waited for',
    explanation:
      'The handler may return, and its transaction commit, while the statement is still running: it would fail, or what it writes would ' +
      'be lost, and an error of it would reach nobody. The runtime refuses such a handler with JASPER_STATEMENT_NOT_AWAITED where it can tell.',
    help: 'await it, return it, or await `Promise.all` of several; `// jasper-allow JG1055` above the statement says that it is meant',
  },
  JG1056: {
    severity: 'warning',
    sentence: 'the transaction {parameter} is kept for longer than the handling of its message',
    explanation:
      'The transaction ends with the last handler. Whoever finds it later, in a variable of the module, in a collection or in the callback of a ' +
      'timer, uses a connection that belongs to somebody else, or gets JASPER_TRANSACTION_ENDED.',
    help: 'pass it to the functions that need it; `// jasper-allow JG1056` above the statement says that it is meant',
  },
  JG1057: {
    severity: 'error',
    sentence: '{function} returns {type}, and only a handler replies',
    explanation:
      'What an `after` function returns is sent on and is no reply: the handlers have replied before it runs, and whoever invokes the ' +
      'message would wait for two. In a `reply(…)` it would go nowhere.',
    help: 'return the message as it is, to send it on, or let the handler return it',
  },
} as const satisfies Record<string, CatalogEntry>
