/** Endpoints at which nothing is claimed for a time. */
export const pauses = (schema: string): string => `
-- A handful of rows at the most: every claim looks here. A row whose time is over means nothing, and
-- goes when another pause begins.
create table ${schema}.pauses (
  endpoint text primary key collate "C",
  since    timestamptz not null,
  until    timestamptz,               -- null: until somebody resumes it
  reason   text not null,
  by_node  uuid not null
);
`
