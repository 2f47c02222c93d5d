/**
 * The first schema: the tables and columns of the embedded store, in PostgreSQL's words. Instants
 * are Unix milliseconds of this database's clock; JSON is text; ids are as users see them.
 *
 * Every text that is sorted or compared has the collation "C": the order of its bytes, the same in
 * both stores and on every machine, whatever the database's own collation is.
 *
 * Updates of deliveries are never HOT: their state is in the indexes that lists and claims walk. The
 * fill factor leaves room for the second version on the row's own page; autovacuum comes early.
 */
import { LATENCY_BUCKETS } from '../../rules/latency.ts'

const latencyColumns = Array.from(
  { length: LATENCY_BUCKETS },
  (_, bucket) => `latency_${bucket} integer NOT NULL DEFAULT 0`,
).join(', ')

/** Rows that many transactions add to at once are kept in so many parts, summed when read. */
export const BACKLOG_SHARDS = 64
export const STATS_SHARDS = 16

export const TEXT = 'text COLLATE "C"'

export const FIRST_SCHEMA = `
-- The clock of everything: nodes' clocks differ, this one is shared.
CREATE FUNCTION chatzuri_now() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

CREATE TABLE meta (key ${TEXT} PRIMARY KEY, value text NOT NULL);
INSERT INTO meta VALUES ('pinged_at', '0'), ('prune_events_after', '');

-- Unfinished deliveries, in parts: one row would make all commits wait for each other.
CREATE TABLE backlog (shard integer PRIMARY KEY, value bigint NOT NULL) WITH (fillfactor = 20);
INSERT INTO backlog SELECT shard, 0 FROM generate_series(0, ${BACKLOG_SHARDS - 1}) AS shard;

CREATE TABLE nodes (
  id ${TEXT} PRIMARY KEY,
  lease_until bigint NOT NULL,
  roles text NOT NULL,
  started_at bigint NOT NULL,
  heartbeat bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE chatbots (
  id ${TEXT} PRIMARY KEY,
  name text NOT NULL,
  lead_form text NOT NULL,
  allowed_origins text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  deleted_at bigint,
  -- Transactions below this one may still add a lead (settle.ts).
  erase_horizon xid8
);
CREATE INDEX chatbots_deleted ON chatbots (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE webhooks (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  url text NOT NULL,
  event_types text NOT NULL,
  description text NOT NULL,
  headers text NOT NULL,
  timeout_seconds integer,
  max_in_flight integer,
  state text NOT NULL,
  state_reason text,
  secret text NOT NULL,
  previous_secret text,
  overlap_ends_at bigint,
  failing_since bigint,
  consecutive_failures integer NOT NULL DEFAULT 0,
  last_success_at bigint,
  last_failure_at bigint,
  last_failure text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX webhooks_by_chatbot ON webhooks (chatbot_id, id);

CREATE TABLE subscriptions (
  chatbot_id ${TEXT} NOT NULL,
  -- Canonical.
  event_type ${TEXT} NOT NULL,
  webhook_id ${TEXT} NOT NULL,
  spelling text NOT NULL,
  PRIMARY KEY (chatbot_id, event_type, webhook_id)
);
CREATE INDEX subscriptions_by_webhook ON subscriptions (webhook_id);

-- Webhooks whose state changed: their deliveries are still to be moved (settle.ts). Rows are only
-- added and removed, so that nobody ever waits for one.
CREATE TABLE unsettled (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id ${TEXT} NOT NULL,
  horizon xid8
);

CREATE TABLE conversations (
  chatbot_id ${TEXT} NOT NULL,
  id ${TEXT} NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (chatbot_id, id)
);

CREATE TABLE leads (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  conversation_id ${TEXT} NOT NULL,
  event_id ${TEXT} NOT NULL,
  customer_name text NOT NULL,
  customer_email text NOT NULL,
  customer_phone ${TEXT} NOT NULL,
  -- For searching: lower case, and of a name its beginning: a row of an index holds 2.7 KB at most.
  name_key ${TEXT} NOT NULL,
  email_key ${TEXT} NOT NULL,
  -- The idempotency record that would answer with this lead.
  idempotency_route text,
  idempotency_key text,
  created_at bigint NOT NULL
);
CREATE INDEX leads_by_chatbot ON leads (chatbot_id, id);
CREATE INDEX leads_by_conversation ON leads (conversation_id);
CREATE INDEX leads_by_name ON leads (name_key);
CREATE INDEX leads_by_email ON leads (email_key);
CREATE INDEX leads_by_phone ON leads (customer_phone);

CREATE TABLE events (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  event_type text NOT NULL,
  payload text NOT NULL,
  lead_id text,
  erased integer NOT NULL DEFAULT 0,
  created_at bigint NOT NULL
);

CREATE TABLE deliveries (
  id ${TEXT} PRIMARY KEY,
  event_id ${TEXT} NOT NULL,
  webhook_id ${TEXT} NOT NULL,
  chatbot_id ${TEXT} NOT NULL,
  event_type text NOT NULL,
  kind text NOT NULL,
  state ${TEXT} NOT NULL,
  state_reason text,
  attempt_count integer NOT NULL DEFAULT 0,
  series_attempts integer NOT NULL DEFAULT 0,
  due_at bigint,
  claimed_by ${TEXT},
  last_status integer,
  last_error text,
  created_at bigint NOT NULL,
  finished_at bigint,
  updated_at bigint NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0.02,
  autovacuum_vacuum_insert_scale_factor = 0.05);
-- Lists, newest first. A list of all states merges five walks (queries.ts), so that few failures
-- among millions of successes are found at once, too.
CREATE INDEX deliveries_by_chatbot ON deliveries (chatbot_id, state, id);
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, state, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX deliveries_by_state ON deliveries (state, id) WHERE state <> 'delivered';
-- What may be claimed. A delivery that is leased when it is accepted never enters it.
CREATE INDEX deliveries_claimable ON deliveries (webhook_id, due_at, id)
  WHERE state = 'pending' AND claimed_by IS NULL;
CREATE INDEX deliveries_claimed ON deliveries (claimed_by, id) WHERE claimed_by IS NOT NULL;
CREATE INDEX deliveries_parked_since ON deliveries (updated_at) WHERE state = 'parked';
-- For pruning: grows at its end.
CREATE INDEX deliveries_finished ON deliveries (finished_at, id) WHERE finished_at IS NOT NULL;
-- For recoveries: what was delivered never enters it.
CREATE INDEX deliveries_failed ON deliveries (webhook_id, finished_at, id)
  WHERE state IN ('exhausted', 'cancelled');

CREATE TABLE attempts (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL,
  delivery_id ${TEXT} NOT NULL,
  number integer NOT NULL,
  started_at bigint NOT NULL,
  duration_ms double precision NOT NULL,
  result text NOT NULL,
  status integer,
  error_code text,
  error text,
  response_headers text NOT NULL,
  response_body text NOT NULL,
  note text,
  recorded_at bigint NOT NULL
);
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);
-- For resuming a stream: grows at its end.
CREATE INDEX attempts_recorded ON attempts (recorded_at);

CREATE TABLE idempotency (
  chatbot_id ${TEXT} NOT NULL,
  route ${TEXT} NOT NULL,
  key ${TEXT} NOT NULL,
  body_hash text NOT NULL,
  answer text NOT NULL,
  erased integer NOT NULL DEFAULT 0,
  created_at bigint NOT NULL,
  PRIMARY KEY (chatbot_id, route, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE stats_minutes (
  webhook_id ${TEXT} NOT NULL,
  minute bigint NOT NULL,
  shard integer NOT NULL,
  chatbot_id ${TEXT} NOT NULL,
  accepted integer NOT NULL DEFAULT 0,
  delivered integer NOT NULL DEFAULT 0,
  exhausted integer NOT NULL DEFAULT 0,
  cancelled integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  failed_attempts integer NOT NULL DEFAULT 0,
  ${latencyColumns},
  PRIMARY KEY (webhook_id, minute, shard)
) WITH (fillfactor = 50);
CREATE INDEX stats_by_chatbot ON stats_minutes (chatbot_id, minute);
CREATE INDEX stats_by_minute ON stats_minutes (minute);

CREATE TABLE recoveries (
  id ${TEXT} PRIMARY KEY,
  webhook_id ${TEXT} NOT NULL,
  since bigint NOT NULL,
  until bigint NOT NULL,
  states text NOT NULL,
  total integer NOT NULL,
  done integer NOT NULL DEFAULT 0,
  -- Where the walk over (finished_at, id) has come to.
  cursor_at bigint NOT NULL,
  cursor_id ${TEXT} NOT NULL DEFAULT '',
  created_at bigint NOT NULL,
  finished_at bigint
);
CREATE INDEX recoveries_unfinished ON recoveries (id) WHERE finished_at IS NULL;

-- Changes that leave no attempt and no new row, for resuming a stream; kept for an hour.
CREATE TABLE changes (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  -- 'delivery' or 'webhook', and its id.
  noun text NOT NULL,
  id ${TEXT} NOT NULL,
  chatbot_id text NOT NULL
);
CREATE INDEX changes_at ON changes (at);
`
