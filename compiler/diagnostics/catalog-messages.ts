import type { CatalogEntry } from './catalog-entry.ts'

const travelling =
  'These types travel: string, number, boolean, bigint, Date, URL, Uint8Array, Buffer, null, literals, template types, enums, ' +
  'arrays, tuples, Map, Set, records, objects, classes of yours, and unions of these.'

/** JG2: message types and what of them can travel. Codes are never reused. */
export const messagesCatalog = {
  JG2001: {
    severity: 'error',
    sentence: 'two types are called {name} on the wire',
    explanation:
      'A message is known by its name alone when it arrives, so a name belongs to one type. ' +
      'The name is that of the type, unless /** @message name */ or a literal `type` member says otherwise.',
    help: 'rename one of them, or give one another name with /** @message … */',
  },
  JG2002: {
    severity: 'error',
    sentence: '{member}: a function cannot travel',
    explanation: 'A message is stored and sent as text. Code is not part of it.',
    help: "remove the member, or keep it out of the message: Omit<{owner}, '{name}'>",
  },
  JG2003: {
    severity: 'error',
    sentence: '{member}: the type {type} is generic and stays open',
    explanation: 'Encoding and decoding need to know the type; here it still depends on a type parameter.',
    help: 'give the type argument where the message is declared: `type OrderPage = Page<Order>`',
  },
  JG2004: {
    severity: 'error',
    sentence: '{member}: a symbol cannot travel',
    explanation: 'A symbol is unique to the process that made it.',
    help: 'use a string, or a union of string literals',
  },
  JG2005: {
    severity: 'error',
    sentence: '{member}: the type {type} cannot be found',
    explanation:
      'The name does not resolve: a missing import, a package that is not installed, or a project reference that is not there. ' +
      'A codec made from an unknown type would silently lose members.',
    help: 'run `tsc --noEmit`; it says why the type is not found',
  },
  JG2006: {
    severity: 'error',
    sentence: '{member}: {type} does not travel',
    explanation:
      travelling,
    help: 'use {instead}',
  },
  JG2007: {
    severity: 'error',
    sentence: '{member}: {type} cannot be rebuilt when the message arrives',
    explanation:
      'It is a class, or an object, of the language or of a package: its state is its own, and jasper-gen does not know how to make another from it. ' +
      travelling,
    help: 'send what it is made from (a string, a number, an object of yours) and build it in the handler',
  },
  JG2008: {
    severity: 'error',
    sentence: '{class} has private state ({state}) and no static fromJSON',
    explanation:
      'An instance of a message class comes back with its public data members. Private state would be lost without a word.',
    help: 'add `static fromJSON(json: …): {class}` and `toJSON()`, or make the state public',
  },
  JG2009: {
    severity: 'error',
    sentence: '{class} is part of a message, but {file} does not export it',
    explanation: 'The generated code makes instances of the class when a message arrives, so it has to import it.',
    help: 'write `export` before the class',
  },
  JG2010: {
    severity: 'warning',
    sentence: '{member} is {type}: it travels as it is, and is not checked when it arrives',
    explanation: 'Anything that JSON can hold passes. Dates and bigints inside it do not come back as such.',
    help: 'give the member a type; this warning does not stop the build',
  },
  JG2011: {
    severity: 'error',
    sentence: '{member}: {first} and {second} look the same on the wire',
    explanation:
      'Dates, bigints, URLs and bytes travel as strings, Sets and Maps as lists, classes as objects. Where two alternatives of a union have the same form, ' +
      'the receiver cannot know which one was sent.',
    help: "keep one of them, or wrap them in objects with a literal member: `{ kind: 'at', at: Date }`",
  },
  JG2012: {
    severity: 'error',
    sentence: '@version of {type} is {found}, not a whole number of 1 or more',
    explanation: 'The version travels with the message and is compared as a number.',
    help: 'write `@version 2`',
  },
  JG2013: {
    severity: 'error',
    sentence: '{found} cannot be the wire name of {type}',
    explanation:
      'A wire name is 1 to 200 characters of letters, digits and . _ : / -, and starts with a letter. ' +
      'It comes from /** @message name */, else from a literal member called `type`.',
    help: 'write `/** @message orders.place-order */` before the type',
  },
  JG2014: {
    severity: 'error',
    sentence: '{member}: no value has this type',
    explanation: 'The type is never, for instance an intersection of types that exclude each other, so no message could be made.',
    help: 'correct the type; `tsc` reduces it to never',
  },
  JG2015: {
    severity: 'error',
    sentence: '{member}: the type {type} nests without end',
    explanation: 'Each level of the type is another instantiation of a generic type, so there is no end to the code that would read it.',
    help: 'let the type refer to itself with the same type arguments',
  },
  JG2016: {
    severity: 'error',
    sentence: '{type} has two index signatures whose keys can be the same, and whose values differ',
    explanation:
      'A member that arrives belongs to the index that its name fits. With `[key: `a${string}`]` and `[key: `${string}z`]`, a ' +
      'member called `abcz` would have to be both.',
    help: 'let the keys begin or end differently, or move one of the two to a member of its own',
  },
  JG2017: {
    severity: 'error',
    sentence: '{member}: a list cannot hold undefined',
    explanation: 'Arrays, tuples, Maps and Sets travel as lists. JSON has no undefined: it would arrive as null.',
    help: 'use null, or leave the element out',
  },
  JG2018: {
    severity: 'error',
    sentence: '{member}: the type {type} has no form on the wire',
    explanation:
      travelling,
    help: 'use one of those types',
  },
  JG2019: {
    severity: 'error',
    sentence: '{type} is marked @message, and is none',
    explanation:
      'A message is an interface, a class or an alias of an object type, without type parameters of its own: it is known by its ' +
      'name, and what it carries has to be known.',
    help: 'take the mark away, or name one instantiation or alternative: `/** @message */ export type OrderPage = Page<Order>`',
  },
  JG2020: {
    severity: 'error',
    sentence: '{function} is called like an upcast, but {reason}',
    explanation:
      'An upcast is an exported function in the file of the type that it returns: it takes a message of an older version and ' +
      'returns one of a later version, at once.',
    help: 'write `export function upcast(old: PlaceOrderV1): PlaceOrder`, or call it something else',
  },
  JG2021: {
    severity: 'error',
    sentence: '{function} is the second upcast of {name} version {version}',
    explanation: 'A stored message of an older version takes one way to the version of today.',
    help: 'remove one of them, or give the type that it takes its own version: /** @version … */',
  },
  JG2022: {
    severity: 'error',
    sentence: '{function} leads from {name} version {version} to version {to}, which is not later',
    explanation: 'Upcasts are followed until the version of today is reached; one that leads back would have no end.',
    help: 'give the newer type the higher version: /** @version 2 */ before it; a type without one is version 1',
  },
  JG2023: {
    severity: 'error',
    sentence: '{name} version {missing} has no upcast, though older versions have one',
    explanation:
      'Messages of that version that are still stored would have no way to the version of today. Versions from the oldest that ' +
      'can be upcast on need one each.',
    help: 'write the upcast of version {missing}, or drop those of versions {oldest} and later ones before it',
  },
  JG2024: {
    severity: 'error',
    sentence: '{type} is an older version of {name}, and a message of its own as well',
    explanation: 'Messages of older versions are brought up to date before they are handled, so handlers take and return the newest type alone.',
    help: 'handle {name} in its place, or remove the upcast',
  },
  JG2025: {
    severity: 'error',
    sentence: 'stored messages of {name} version {version} could not be read any more: {member} {reason}',
    explanation:
      'The committed manifest.json says what messages look like that are stored, scheduled, dead letters, or sent by processes that ' +
      'still run the code of before. The codec of the changed type would refuse some of them. New optional members, wider types ' +
      'and members that are left out are no problem.',
    help:
      'keep the old type beside the new one, raise `@version` to {next}, and write `export function upcast(old: …): …`; make the change ' +
      'one that reads both; or, where no such message is stored or on its way, run `jasper-gen build --accept {name}`',
  },
  JG2026: {
    severity: 'error',
    sentence: '{name} is gone: messages stored under that name would be parked, and dead-lettered after 24 h',
    explanation: 'The committed manifest.json has a message of that name, and no type has it now: it was removed, renamed, or is no longer used.',
    help:
      'if the type was renamed, keep its name with /** @message {name} */ above it; where no such message is stored or on its way, ' +
      'run `jasper-gen build --accept {name}`',
  },
  JG2027: {
    severity: 'error',
    sentence: '{name} is version {version} now, and nothing makes it of stored messages of version {old}',
    explanation: 'Messages of a version that no running process knows are parked, and dead-lettered after 24 h.',
    help:
      'keep the type of version {old} and write `export function upcast(old: …): …` in the file of the newer type; where no such message ' +
      'is stored or on its way, run `jasper-gen build --accept {name}`',
  },
  JG2028: {
    severity: 'error',
    sentence: '{file} cannot be read, so nobody knows what stored messages look like',
    explanation: 'It is committed so that a change that breaks stored messages is noticed. A merge may have left both sides in it.',
    help: 'take one side back (`git checkout --theirs`, or the last commit) and build again; delete it only where nothing is stored yet',
  },
  JG2030: {
    severity: 'error',
    sentence: '@queue of {type} is {found}, which names no local queue',
    explanation:
      'The handlers of the message run at that queue, unless a route or a policy names another. A name has 1 to 200 lower-case ' +
      'letters, digits and . _ - /, and starts with a letter or digit; local:// before it may be left out.',
    help: 'write `@queue payments`',
  },
  JG2031: {
    severity: 'error',
    sentence: '@topic of {type} is {found}, which is no topic',
    explanation:
      'At a broker that has topics, messages of the type are published under this one: in RabbitMQ it is the routing key. A topic has 1 ' +
      'to 200 letters, digits and . _ : / -, and starts with a letter or digit. With * and # receivers say what they want; no message is about them.',
    help: 'write `@topic orders.placed`',
  },
  JG2032: {
    severity: 'error',
    sentence: '@deliverWithin of {type} is {found}, which is no length of time',
    explanation:
      'A message of the type is dropped, and not handled, when it is older than that; one that is scheduled, when its time has been ' +
      'over for so long. It is a number above 0 with a unit: ms, s, m, h or d.',
    help: 'write `@deliverWithin 30s`',
  },
} as const satisfies Record<string, CatalogEntry>
