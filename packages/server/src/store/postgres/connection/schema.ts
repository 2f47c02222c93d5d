/**
 * The tables of a new database (migrations.ts numbers them): those of the embedded store, whose
 * schema.ts says what their columns and indexes are for, in PostgreSQL's words. Said here is what only
 * this store has. Instants are Unix milliseconds of this database's clock.
 *
 * Every text that is sorted or compared has the collation "C": the order of its bytes, the same in
 * both stores and on every machine, whatever the database's own collation is.
 *
 * Updates of deliveries are never HOT: their state is in the indexes that lists and claims walk. The
 * fill factor leaves room for the second version on the row's own page; autovacuum comes early.
 */
import { LATENCIES, SUMMED } from '../../rules/rollups.ts'
import { SEALED_WITH } from '../../sealing/sealed-with.ts'

/** Rows that many transactions add to at once are kept in so many parts, summed when read. */
export const BACKLOG_SHARDS = 64
export const STATS_SHARDS = 16

const TEXT = 'text COLLATE "C"'
const SUMS = [...SUMMED, ...LATENCIES]
const countedSums = SUMS.map((name) => `${name} integer NOT NULL DEFAULT 0`).join(', ')
const addedSums = SUMS.map((name) => `${name} bigint NOT NULL`).join(', ')

const NODES = `
-- The clock of everything: nodes' clocks differ, this one is shared.
CREATE FUNCTION chatzuri_now() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

CREATE TABLE nodes (
  id ${TEXT} PRIMARY KEY,
  lease_until bigint NOT NULL,
  roles text NOT NULL,
  -- The ids of the keys that it opens; the first of them is the one that it seals with.
  keys text NOT NULL DEFAULT '',
  started_at bigint NOT NULL,
  heartbeat bigint NOT NULL
) WITH (fillfactor = 50);

-- 'stats_mark': a minute, and the transaction that set it (rollups.ts). The backlog is beside it.
CREATE TABLE meta (key ${TEXT} PRIMARY KEY, value text NOT NULL);
INSERT INTO meta VALUES
  ('pinged_at', '0'), ('prune_events_after', ''), ('stats_until', '0'), ('stats_mark', '0 0');

-- Unfinished deliveries, in parts: one row would make all commits wait for each other.
CREATE TABLE backlog (shard integer PRIMARY KEY, value bigint NOT NULL) WITH (fillfactor = 20);
INSERT INTO backlog SELECT shard, 0 FROM generate_series(0, ${BACKLOG_SHARDS - 1}) AS shard;
`

const OWNERS = `
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
  kind text NOT NULL DEFAULT 'http',
  url text NOT NULL,
  event_types text NOT NULL,
  description text NOT NULL,
  headers text NOT NULL,
  metadata text NOT NULL DEFAULT '{}',
  timeout_seconds integer,
  max_in_flight integer,
  rate_per_second double precision,
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
  temporary integer NOT NULL DEFAULT 0,
  listener_id ${TEXT},
  away_since bigint,
  resting_until bigint,
  probe_at bigint,
  probe_id ${TEXT},
  rest_set_at bigint,
  rest_reason ${TEXT},
  rest_level integer NOT NULL DEFAULT 0,
  rest_by ${TEXT},
  strained integer NOT NULL DEFAULT 0,
  rested_at bigint,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX webhooks_by_chatbot ON webhooks (chatbot_id, id);
CREATE INDEX webhooks_sealed_with ON webhooks (${SEALED_WITH});
CREATE INDEX webhooks_listened ON webhooks (listener_id) WHERE listener_id IS NOT NULL;
CREATE INDEX webhooks_abandoned ON webhooks (away_since)
  WHERE temporary = 1 AND away_since IS NOT NULL;

CREATE TABLE subscriptions (
  chatbot_id ${TEXT} NOT NULL,
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

-- The buckets of webhooks' rates, which all nodes share: when each was, or will be, empty (rate.ts).
CREATE TABLE starts (
  webhook_id ${TEXT} PRIMARY KEY,
  empty_at double precision NOT NULL
) WITH (fillfactor = 20);
`

const EVENTS = `
CREATE TABLE conversations (
  chatbot_id ${TEXT} NOT NULL,
  id ${TEXT} NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (chatbot_id, id)
);
CREATE INDEX conversations_by_age ON conversations (chatbot_id, created_at, id);

CREATE TABLE leads (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  conversation_id ${TEXT} NOT NULL,
  event_id ${TEXT} NOT NULL,
  customer_name text NOT NULL,
  customer_email text NOT NULL,
  customer_phone ${TEXT} NOT NULL,
  -- What a search compares (store/reading/search-keys.ts), no longer than a row of an index takes.
  name_key ${TEXT} NOT NULL,
  email_key ${TEXT} NOT NULL,
  phone_key ${TEXT},
  idempotency_route text,
  idempotency_key text,
  created_at bigint NOT NULL
);
CREATE INDEX leads_by_chatbot ON leads (chatbot_id, id);
CREATE INDEX leads_by_conversation ON leads (conversation_id);
CREATE INDEX leads_by_name ON leads (name_key);
CREATE INDEX leads_by_email ON leads (email_key);
CREATE INDEX leads_by_phone ON leads (customer_phone);
CREATE INDEX leads_by_phone_key ON leads (phone_key) WHERE phone_key IS NOT NULL;

CREATE TABLE events (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  event_type text NOT NULL,
  payload text NOT NULL,
  lead_id text,
  erased integer NOT NULL DEFAULT 0,
  created_at bigint NOT NULL
);

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

CREATE TABLE erasures (
  id ${TEXT} PRIMARY KEY,
  lead_id text NOT NULL,
  chatbot_id ${TEXT} NOT NULL,
  event_id text NOT NULL,
  reason text NOT NULL,
  erased_at bigint NOT NULL
);
CREATE INDEX erasures_by_chatbot ON erasures (chatbot_id, id);
`

const DELIVERIES = `
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
  uncharged_since bigint,
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
CREATE INDEX deliveries_by_chatbot ON deliveries (chatbot_id, state, id);
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, state, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX deliveries_by_state ON deliveries (state, id) WHERE state <> 'delivered';
CREATE INDEX deliveries_claimable ON deliveries (webhook_id, due_at, id)
  WHERE state = 'pending' AND claimed_by IS NULL;
CREATE INDEX deliveries_claimed ON deliveries (claimed_by, id) WHERE claimed_by IS NOT NULL;
CREATE INDEX deliveries_parked_since ON deliveries (updated_at) WHERE state = 'parked';
CREATE INDEX deliveries_finished ON deliveries (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX deliveries_failed ON deliveries (webhook_id, finished_at, id)
  WHERE state IN ('exhausted', 'cancelled');
CREATE INDEX deliveries_by_type ON deliveries (event_type, id)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX deliveries_by_chatbot_type ON deliveries (chatbot_id, event_type, id)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX deliveries_by_webhook_type ON deliveries (webhook_id, event_type, id)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX deliveries_fresh ON deliveries (webhook_id, due_at, id)
  WHERE state = 'pending' AND claimed_by IS NULL AND attempt_count = 0;

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
CREATE INDEX attempts_recorded ON attempts (recorded_at);

CREATE TABLE recoveries (
  id ${TEXT} PRIMARY KEY,
  webhook_id ${TEXT} NOT NULL,
  since bigint NOT NULL,
  until bigint NOT NULL,
  states text NOT NULL,
  total integer NOT NULL,
  done integer NOT NULL DEFAULT 0,
  cursor_at bigint NOT NULL,
  cursor_id ${TEXT} NOT NULL DEFAULT '',
  created_at bigint NOT NULL,
  finished_at bigint
);
CREATE INDEX recoveries_unfinished ON recoveries (id) WHERE finished_at IS NULL;

CREATE TABLE changes (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  noun text NOT NULL,
  id ${TEXT} NOT NULL,
  chatbot_id text NOT NULL
);
CREATE INDEX changes_at ON changes (at);
`

const CHARTS = `
CREATE TABLE stats_minutes (
  webhook_id ${TEXT} NOT NULL,
  minute bigint NOT NULL,
  shard integer NOT NULL,
  chatbot_id ${TEXT} NOT NULL,
  ${countedSums},
  PRIMARY KEY (webhook_id, minute, shard)
) WITH (fillfactor = 50);
CREATE INDEX stats_by_chatbot ON stats_minutes (chatbot_id, minute);
CREATE INDEX stats_by_minute ON stats_minutes (minute);

CREATE TABLE stats_rollups (
  scope ${TEXT} NOT NULL,
  step_ms integer NOT NULL,
  at bigint NOT NULL,
  chatbot_id ${TEXT} NOT NULL,
  ${addedSums},
  PRIMARY KEY (scope, step_ms, at)
) WITH (fillfactor = 70);
CREATE INDEX rollups_by_age ON stats_rollups (step_ms, at);
`

/** Tokens are kept as their SHA-256. */
const ACCESS = `
CREATE TABLE api_keys (
  id ${TEXT} PRIMARY KEY,
  name text NOT NULL,
  chatbot_id ${TEXT},
  hash ${TEXT} NOT NULL UNIQUE,
  created_at bigint NOT NULL,
  last_used_at bigint
);
CREATE INDEX api_keys_by_chatbot ON api_keys (chatbot_id, id);

CREATE TABLE owner_links (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  hash ${TEXT} NOT NULL UNIQUE,
  minted_by ${TEXT} NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX owner_links_by_chatbot ON owner_links (chatbot_id);
CREATE INDEX owner_links_by_mint ON owner_links (minted_by);
CREATE INDEX owner_links_by_end ON owner_links (expires_at);

CREATE TABLE sessions (
  id ${TEXT} PRIMARY KEY,
  hash ${TEXT} NOT NULL UNIQUE,
  chatbot_id ${TEXT},
  actor ${TEXT} NOT NULL,
  minted_by ${TEXT} NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ends_at bigint NOT NULL
);
CREATE INDEX sessions_by_chatbot ON sessions (chatbot_id);
CREATE INDEX sessions_by_mint ON sessions (minted_by);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE audit_log (
  id ${TEXT} PRIMARY KEY,
  at bigint NOT NULL,
  action ${TEXT} NOT NULL,
  actor ${TEXT} NOT NULL,
  session_id text,
  chatbot_id ${TEXT},
  target_id text,
  fields text NOT NULL,
  address text NOT NULL
);
CREATE INDEX audit_by_chatbot ON audit_log (chatbot_id, id);
CREATE INDEX audit_by_actor ON audit_log (actor, id);
CREATE INDEX audit_by_action ON audit_log (action, id);
`

export const SCHEMA = [NODES, OWNERS, EVENTS, DELIVERIES, CHARTS, ACCESS].join('')
