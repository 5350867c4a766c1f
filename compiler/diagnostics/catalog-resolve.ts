import type { CatalogEntry } from './catalog-entry.ts'

/** JG4: finding a source for every parameter. Codes are never reused. */
export const resolveCatalog = {
  JG4001: {
    severity: 'error',
    sentence: 'nothing says which {type} the parameter {parameter} means',
    explanation:
      'What a handler asks for beside its message is found by type: a service is a member of the options of createApp, ' +
      'called like its type. A type of the language says nothing about which value of it is meant.',
    help: 'wrap the value in an interface of your own, such as `export interface ShopSettings { currency: string }`, and ask for that',
  },
  JG4002: {
    severity: 'error',
    sentence: 'the type of the parameter {parameter} has no name: {type}',
    explanation: 'A service is a member of the options of createApp, called like its type. A type that is written in place has no name.',
    help: 'declare it as an exported interface and ask for that',
  },
  JG4003: {
    severity: 'error',
    sentence: 'the generated code cannot import {type}, the type of the parameter {parameter}',
    explanation: 'The options of createApp name the type of each service, so the type and all its type arguments have to be exported.',
    help: 'write `export` before the declaration, and name type arguments that are written in place',
  },
  JG4004: {
    severity: 'error',
    sentence: 'the parameter {parameter} is a Date that is not called now',
    explanation: 'A Date called `now` is the instant at which this attempt began, by the clock of the app. No other date is known.',
    help: 'call it `now` if that is what you mean; any other date belongs in the message',
  },
  JG4005: {
    severity: 'error',
    sentence: 'two types want to be the service {service}',
    explanation: 'A service is a member of the options of createApp, called like its type in camelCase. There is one of each name.',
    help: 'rename one of the types; of a generic type declare one interface for each use, `Orders` that extends `Repository<Order>`',
  },
  JG4006: {
    severity: 'error',
    sentence: '{type} is a connection outside the transaction of the handler',
    explanation:
      'What a handler writes through it would stay when its message is rolled back and tried again, and the messages that it ' +
      'returns would not commit together with it. Where that is meant, `nonTransactional()` in the policy of the handler says so, and it is ' +
      'given the handle that the app holds.',
    help: "ask for `{wanted}` of '{library}' instead: all handlers of the message then run in its transaction",
  },
  JG4007: {
    severity: 'error',
    sentence: 'a handler cannot ask for {type} of jasper-runtime',
    explanation: 'It belongs to the app, not to the handling of one message: what is sent through it would not wait for the commit.',
    help: 'ask for MessageContext to send messages; Envelope, Logger, AbortSignal and `now: Date` are there too',
  },
  JG4008: {
    severity: 'error',
    sentence: 'the parameter {parameter} is a second message, {message}',
    explanation: 'A handler takes one message, its first parameter; whatever follows is found by type, and a message cannot be found.',
    help: 'write a handler of its own for {message}',
  },
  JG4010: {
    severity: 'error',
    sentence: 'the handlers of {message} ask for transactions of {first} and of {second}',
    explanation: 'All handlers of a message run in one transaction, and transactions of two libraries cannot commit together.',
    help: 'use one library for all handlers of the message, or give one handler a message of its own that the other returns',
  },
  JG4011: {
    severity: 'error',
    sentence: 'two providers provide {type}: {first} and {second}',
    explanation: 'A value is found by its type alone, so one provider of a type can be meant. A provider that nobody asks for does no harm.',
    help: 'ask for a type that only one of them provides, or mark the other with /** @jasperIgnore */',
  },
  JG4012: {
    severity: 'error',
    sentence: 'to make {type}, {type} is needed',
    explanation: 'A provider is given what it asks for before it is called, so what leads back to itself can never be begun.',
    help: 'take the part that both need out into a provider of its own, and ask for that in both',
  },
  JG4013: {
    severity: 'error',
    sentence: '{provider} may provide nothing, and the parameter {parameter} cannot do without',
    explanation: 'The type that the provider returns allows undefined or null, and the type of the parameter does not.',
    help: 'make the parameter optional, or throw in the provider where it has nothing',
  },
  JG4014: {
    severity: 'error',
    sentence: '{asker} needs the message {message}, and is asked for where {handled} is handled',
    explanation: 'A provider that takes a message serves the handlers of that message, or of each message whose type extends its type.',
    help: 'take an interface that both messages extend, or take from MessageContext what is the same for all messages',
  },
  JG4015: {
    severity: 'error',
    sentence: '{asker} asks for a transaction of {library}, and the handlers of {message} run in none',
    explanation:
      'A policy says nonTransactional() of them: their chain opens no transaction, so there is none that could be given. Middleware ' +
      'and providers are asked like handlers. An optional parameter is content without.',
    help: 'ask for `{handle}`, the handle of the app, or say nonTransactional(false) nearer to the handler',
  },
} as const satisfies Record<string, CatalogEntry>
