/**
 * Dead letters by what people ask for.
 *
 * The indexes are built while new dead letters wait; with a million rows that is some seconds. Nothing
 * else is held up.
 */
export const deadLetterQueries = (schema: string): string => `
alter table ${schema}.dead_letters add column edited_at timestamptz;  -- somebody replaced the body

-- Each list is newest first and goes on behind its last row, so each ends in the same two columns.
drop index ${schema}.dead_letters_entry;
create index dead_letters_newest      on ${schema}.dead_letters (dead_lettered_at, entry);
create index dead_letters_by_endpoint on ${schema}.dead_letters (endpoint, dead_lettered_at, entry);
create index dead_letters_by_type     on ${schema}.dead_letters (message_type, dead_lettered_at, entry);
create index dead_letters_by_error    on ${schema}.dead_letters (error_type, dead_lettered_at, entry);
-- A replay goes in the order of arrival.
create index dead_letters_arrival     on ${schema}.dead_letters (seq, entry);
`
