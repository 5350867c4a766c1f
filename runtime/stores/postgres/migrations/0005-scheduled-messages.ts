/** Scheduled messages in the order of their time, and what their senders may still change. */
export const scheduledMessages = (schema: string): string => ['incoming', 'outgoing'].map((table) => `
-- What is due, in the order in which it is made ready.
drop index ${schema}.${table}_due;
create index ${table}_due on ${schema}.${table} (due_at, seq) where due_at is not null;

-- What its senders may still cancel, page by page.
create index ${table}_scheduled on ${schema}.${table} (due_at, id, endpoint) where status = 'scheduled';
`).join('')
