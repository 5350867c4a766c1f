/** Lanes that parked messages and dead letters hold, and parked messages found by endpoint and type. */
export const lanes = (schema: string): string => `
-- A parked message keeps its place in its lane.
drop index ${schema}.incoming_lanes;
create index incoming_lanes on ${schema}.incoming (endpoint, lane, seq)
  where lane is not null and status in ('ready', 'delayed', 'parked');
drop index ${schema}.outgoing_lanes;
create index outgoing_lanes on ${schema}.outgoing (endpoint, lane, seq)
  where lane is not null and status in ('ready', 'delayed', 'parked');

-- Where onDeadLetter is 'block', a dead letter holds back what came after it in its lane.
create index dead_letters_lanes on ${schema}.dead_letters (endpoint, lane, seq)
  where lane is not null and not outgoing;

-- A process that knows a parked type claims its messages, endpoint by endpoint, oldest first.
drop index ${schema}.incoming_parked_types;
create index incoming_parked_types on ${schema}.incoming (endpoint, message_type, message_version, seq)
  where parked_at is not null;
`
