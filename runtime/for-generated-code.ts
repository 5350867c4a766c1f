/**
 * The only core module that generated code may import, as `jasper-runtime/generated`.
 *
 * Whatever stands here is a promise to files that users have committed: it is never changed in a
 * way that breaks them.
 */
export type { Envelope } from './envelope/envelope.ts'
export type { Logger } from './contracts/logger.ts'
export type { MessageCodec } from './contracts/codec.ts'
export type { ChainRun } from './dispatch/chain-run.ts'
export type { AnyChain, Chain, MessageRegistration, OlderVersion } from './dispatch/chain.ts'
export type { MessageContext } from './bus/message-context.ts'
export type { MessageMap } from './bus/message-map.ts'
export type { App, AppOptions } from './host/app.ts'
export type { Routes } from './config/routes.ts'
export { buildApp, type AppDefinition } from './host/build-app.ts'
export type { SingletonStart } from './host/singletons.ts'
export { isSideEffect } from './bus/side-effect.ts'
export { isWrapped } from './bus/wrapped-message.ts'
export { rejected } from './errors/rejected-error.ts'
export { ambiguousReturn } from './dispatch/ambiguous-return.ts'
export { decodeFailure, deepestNesting, encodeFailure } from './envelope/codec-failure.ts'
export { fitsTemplates, type TextTemplate } from './envelope/fits-templates.ts'
export { readBuffer, readBytes, readPair, readUrl, refuseUnknown, setOfOnce, unknownMember } from './envelope/read-collections.ts'
export { readDate } from './envelope/read-date.ts'
export { ownMember, readArray, readBigint, readObject, readRecord, readWithFromJSON, setOwnMember } from './envelope/read-json.ts'
export { type AlternativeMembers, whichAlternative } from './envelope/which-alternative.ts'
export { arrayToWrite, isDate, objectToWrite, toJSONOf, writeDate, writeJson, writeString } from './envelope/write-json.ts'
export { mapToWrite, setToWrite, writeBytes, writeUrl } from './envelope/write-collections.ts'
