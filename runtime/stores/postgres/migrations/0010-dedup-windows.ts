/** A dedup window for each endpoint: what was handled says itself until when it is known. */
export const dedupWindows = (schema: string): string => `
-- The process that handled the message knows the window of its endpoint. Those of the version before
-- write completed_at alone, and had a window of an hour.
alter table ${schema}.completed add column forget_at timestamptz not null default now() + interval '1 hour';
alter table ${schema}.completed alter column completed_at set default now();
drop index ${schema}.completed_at;
create index completed_forget_at on ${schema}.completed (forget_at);
`
