/**
 * Every code that the runtime throws, with the sentence that says when. Codes are never reused; a
 * retired one stays here, marked. The README of the package is made from this list.
 */
export const errorCodes = {
  JASPER_ALREADY_STARTED: 'The app was started twice, or again after it was stopped.',
  JASPER_AMBIGUOUS_RETURN: 'A handler returned a value that fits none, or several, of the messages in its return type.',
  JASPER_BAD_OPTION: 'An option has a value that is not allowed.',
  JASPER_CLAIM_LOST: 'The message was taken over by another node while it was handled; nothing was committed.',
  JASPER_COMMIT_UNKNOWN: 'The connection was lost before the database answered COMMIT.',
  JASPER_DECODE: 'A body does not fit the type of its message.',
  JASPER_DUPLICATE: 'An inline message was handled before; its transaction rolls back and it is acknowledged.',
  JASPER_EMBEDDED_UNAVAILABLE: 'The embedded PostgreSQL cannot run here: package, binary or folder.',
  JASPER_ENCODE: 'A message does not fit its declared type and cannot be encoded.',
  JASPER_HANDLER_TIMEOUT: 'A handler ran longer than its timeout; its attempt failed.',
  JASPER_MISSING_PEER: 'An optional package that this part of the runtime needs is not installed.',
  JASPER_NOT_A_TRANSACTION: 'The value is not an open transaction of the library that it was taken for.',
  JASPER_NOT_STARTED: 'The bus was used before app.start() or after app.stop().',
  JASPER_NOT_SUPPORTED: 'The store or transport does not have this capability.',
  JASPER_NO_SUBSCRIBER: 'A message was sent that no handler and no route takes.',
  JASPER_OUTBOX_CLOSED: 'A message was sent in a scope that has already ended; it could not be part of the commit.',
  JASPER_PROVIDER_FAILED: 'A provider threw an error when the app started; what was made before it was disposed of.',
  JASPER_REJECTED: 'A validate function refused the message, with reasons; it is done with, and not tried again.',
  JASPER_RESERVED_HEADER: 'A user header has a name that is reserved.',
  JASPER_SEND_FAILED: 'A destination did not take a message for longer than giveUpAfter; the message is a dead letter.',
  JASPER_SEND_REFUSED: 'A destination will never take a message: too large, unroutable, unauthorised; it is a dead letter.',
  JASPER_STATEMENT_NOT_AWAITED: 'A handler returned while a statement on its transaction was still running.',
  JASPER_STORE_CLOSED: 'The store was used before it was opened or after it was closed.',
  JASPER_STORE_OWNED: 'The schema belongs to an application of another name.',
  JASPER_STORE_REFUSED: 'The database answered with an error that somebody must mend: password, rights, disk.',
  JASPER_STORE_SCHEMA: 'The schema of the store is missing, older or newer than this runtime.',
  JASPER_STORE_UNREACHABLE: 'The database did not answer; the outcome of what was asked is not known.',
  JASPER_TRANSACTION_ABORTED: 'The database rolled back instead of committing: a statement in the transaction had failed.',
  JASPER_TRANSACTION_ENDED: 'A transaction handle was used after its handler ended.',
  JASPER_TRANSACTION_OWNED: 'A handler tried to release, end or connect the client of a transaction that the runtime owns.',
  JASPER_TRANSACTION_STORE: 'A transactional handler cannot be enlisted in the configured store.',
  JASPER_TRANSPORT_UNREACHABLE: 'The other side of a transport did not answer in time.',
  JASPER_UNKNOWN_DESTINATION: 'An address cannot be parsed, or no transport serves it.',
  JASPER_UNKNOWN_MESSAGE: 'The name is not that of a message of this app.',
  JASPER_UNPROTECTED: 'A TCP address beyond this machine would be used without TLS, or without a proof of who is there.',
} as const

export type ErrorCode = keyof typeof errorCodes
