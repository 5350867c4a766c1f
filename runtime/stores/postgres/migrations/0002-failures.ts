/** What failed attempts leave with their messages. */
export const failures = (schema: string): string => `
-- A lost connection is no fault of the message, so such attempts have a count of their own. The history
-- is a list, oldest first: number, at (milliseconds), type, message, node. Null: no attempt has failed.
alter table ${schema}.incoming
  add column connection_losses integer not null default 0,
  add column failures json;
alter table ${schema}.dead_letters
  add column connection_losses integer not null default 0,
  add column failures json;
`
