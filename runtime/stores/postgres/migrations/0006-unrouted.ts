/** The entry for SQL alone. `schema` is quoted. Read it as SQL: it is written for a DBA. */
export const unrouted = (schema: string): string => `
-- Messages that SQL alone has sent, until a process that knows their type has routed them to its
-- endpoints. That is at once, unless no such process runs: then they are parked with a reason.
create table ${schema}.unrouted (
  seq             bigint generated always as identity primary key,  -- order of sending
  id              uuid not null unique,
  message_type    text not null collate "C",
  message_version integer,                 -- null: the one of the process that routes it
  body            jsonb not null,
  headers         jsonb not null,
  ordering_key    text,
  due_at          timestamptz,             -- not handled before
  correlation_id  text,
  tenant_id       text,
  sent_at         timestamptz not null,
  parked_at       timestamptz,             -- seen by a process that could not route it
  parked_reason   text
);
create index unrouted_types on ${schema}.unrouted (message_type, seq);
create index unrouted_new on ${schema}.unrouted (sent_at) where parked_at is null;
alter table ${schema}.unrouted set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);

-- Sends a message as part of the caller's transaction, from psql, a trigger or any language. Runs with
-- the rights of its owner, so that a role that may execute it can send, and can read nothing.
create function ${schema}.send(
  message_type text, body jsonb, id uuid default null, ordering_key text default null, headers jsonb default null,
  delay interval default null, at timestamptz default null, correlation_id text default null, tenant_id text default null,
  version integer default null
) returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $send$
declare
  now_at timestamptz := clock_timestamp();
  due timestamptz := coalesce(send.at, now_at + send.delay);
  -- A UUIDv7: the time in milliseconds first, so that ids append to their index.
  message_id uuid := coalesce(send.id, encode(set_bit(set_bit(overlay(
    uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from now_at) * 1000)::bigint) from 3) from 1 for 6
  ), 52, 1), 53, 1), 'hex')::uuid);
  nodes bigint := '${schema}.nodes'::regclass::oid::bigint;
begin
  if coalesce(send.message_type, '') = '' then
    raise exception 'send: message_type is missing' using errcode = 'invalid_parameter_value', hint = 'Name the message as its handler does, such as OrderPlaced.';
  end if;
  if send.body is null then
    raise exception 'send: the body of % is null', send.message_type using errcode = 'invalid_parameter_value', hint = 'Give the message as JSON.';
  end if;
  if send.at is not null and send.delay is not null then
    raise exception 'send: both at and delay are given for %', send.message_type using errcode = 'invalid_parameter_value', hint = 'Leave one of them out.';
  end if;
  if not isfinite(due) then
    raise exception 'send: the time of % is infinite', send.message_type using errcode = 'invalid_parameter_value';
  end if;
  if send.headers is not null and (
    jsonb_typeof(send.headers) <> 'object' or exists (select from jsonb_each(send.headers) h where jsonb_typeof(h.value) <> 'string')
  ) then
    raise exception 'send: the headers of % are no object of strings', send.message_type using errcode = 'invalid_parameter_value';
  end if;
  insert into ${schema}.unrouted
    (id, message_type, message_version, body, headers, ordering_key, due_at, correlation_id, tenant_id, sent_at)
  values (message_id, send.message_type, send.version, send.body, coalesce(send.headers, '{}'), send.ordering_key, due,
    send.correlation_id, send.tenant_id, now_at)
  on conflict do nothing;
  -- Heard when the caller commits, and once, however many messages a transaction sends.
  perform pg_notify('jasper_' || case when nodes >= 2147483648 then nodes - 4294967296 else nodes end, '["sql://unrouted"]');
  return message_id;
end
$send$;
revoke all on function ${schema}.send from public;
`
