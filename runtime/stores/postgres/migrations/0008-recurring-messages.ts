/** Messages that recur. `schema` is quoted. */
export const recurringMessages = (schema: string): string => `
-- At which tick each rule stands. Whoever moves next_at from the value that it has seen fires the tick.
create table ${schema}.recurring (
  name      text primary key collate "C",
  timetable text not null,              -- the one that next_at is of
  next_at   timestamptz,                -- null: there is no further tick
  last_at   timestamptz                 -- the tick that was fired last
);

-- Which processes have which rules. Where they differ, as in a rolling deploy, the one that was
-- declared last counts. The rows go with their process.
create table ${schema}.recurring_rules (
  node         uuid not null references ${schema}.nodes (id) on delete cascade,
  name         text not null collate "C",
  timetable    text not null,
  message_type text not null collate "C",
  declared_at  timestamptz not null,
  primary key (node, name)
);
`
