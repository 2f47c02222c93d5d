/**
 * The tables of a new database (migrations.ts numbers them): those of the embedded store, whose
 * schema.ts says what their columns and indexes are for, in PostgreSQL's words. Said here is what only
 * this store has. Instants are Unix milliseconds of this database's clock.
 *
 * Every text that is sorted or compared has the collation "C": the order of its bytes, the same in
 * both stores and on every machine, whatever the database's own collation is.
 *
 * A delivery is inserted and deleted, hardly ever updated. `claimed` holds little and turns over with
 * each delivery: it is vacuumed early, and never shortened, which would lock out those who write.
 *
 * What is over lies in partitions by id, which is by the time of its creation (partitions.ts): the past
 * is dropped and not deleted. What is in none of their spans is in the default one.
 */
import { LATENCIES, SUMMED } from '../../rules/rollups.ts'
import { VIEWS } from '../../rules/views.ts'
import { SEALED_WITH } from '../../sealing/sealed-with.ts'
import { ACCESS, TEXT } from './schema-access.ts'

/** Rows that many transactions add to at once are kept in so many parts, summed when read. */
export const BACKLOG_SHARDS = 64
export const STATS_SHARDS = 16

const TYPED = `event_type <> 'lead.submit' AND event_type <> 'leads.submit'`
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
  customer_name text NOT NULL,
  customer_email text NOT NULL,
  customer_phone ${TEXT} NOT NULL,
  -- What a search compares until a later step dropped it, no longer than a row of an index takes.
  name_key ${TEXT} NOT NULL,
  email_key ${TEXT} NOT NULL,
  phone_key ${TEXT},
  idempotency_route text,
  idempotency_key text,
  created_at bigint NOT NULL
);
CREATE INDEX leads_by_chatbot ON leads (chatbot_id, id);
CREATE INDEX leads_by_conversation ON leads (conversation_id);
CREATE INDEX leads_by_name ON leads (name_key, chatbot_id);
CREATE INDEX leads_by_email ON leads (email_key);
CREATE INDEX leads_by_phone ON leads (customer_phone);
CREATE INDEX leads_by_phone_key ON leads (phone_key) WHERE phone_key IS NOT NULL;

CREATE TABLE events (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  event_type text NOT NULL,
  payload text NOT NULL,
  erased integer NOT NULL DEFAULT 0,
  created_at bigint NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE INDEX events_of_leads ON events (chatbot_id, id) WHERE event_type = 'lead.submit';

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

/** What the tables of deliveries share. */
const DELIVERY = `
  id ${TEXT} PRIMARY KEY,
  created_at bigint NOT NULL,
  attempt_count integer NOT NULL,
  series_attempts integer NOT NULL,
  last_status integer,
  webhook_id ${TEXT} NOT NULL,
  chatbot_id ${TEXT} NOT NULL,
  event_type text NOT NULL,
  kind text NOT NULL,
  state ${TEXT} NOT NULL,
  state_reason text,
  last_error text`

const DELIVERIES = `
CREATE TABLE claimed (${DELIVERY},
  uncharged_since bigint,
  due_at bigint,
  finished_at bigint,
  updated_at bigint NOT NULL,
  claimed_by ${TEXT} NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000,
  autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
  vacuum_truncate = false);

CREATE TABLE waiting (${DELIVERY},
  uncharged_since bigint,
  due_at bigint,
  updated_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 2000,
  vacuum_truncate = false);
CREATE INDEX waiting_by_chatbot ON waiting (chatbot_id, state, id);
CREATE INDEX waiting_by_webhook ON waiting (webhook_id, state, id);
CREATE INDEX waiting_by_state ON waiting (state, id);
CREATE INDEX waiting_claimable ON waiting (webhook_id, due_at, id) WHERE state = 'pending';
CREATE INDEX waiting_parked_since ON waiting (updated_at) WHERE state = 'parked';
CREATE INDEX waiting_fresh ON waiting (webhook_id, due_at, id)
  WHERE state = 'pending' AND attempt_count = 0;
${byType('waiting')}

CREATE TABLE finished (${DELIVERY},
  finished_at bigint NOT NULL,
  started_at bigint,
  duration_ms double precision,
  attempt_id text,
  error_code text,
  response_headers text,
  response_body text,
  note text
) PARTITION BY RANGE (id);
CREATE TABLE finished_default PARTITION OF finished DEFAULT;
CREATE INDEX finished_by_chatbot ON finished (chatbot_id, state, id);
CREATE INDEX finished_by_webhook ON finished (webhook_id, state, id);
CREATE INDEX finished_by_state ON finished (state, id) WHERE state <> 'delivered';
CREATE INDEX finished_by_end ON finished (finished_at, id);
CREATE INDEX finished_failed ON finished (webhook_id, finished_at, id)
  WHERE state IN ('exhausted', 'cancelled');
CREATE INDEX finished_failed_by_type ON finished (event_type, state, id)
  WHERE ${TYPED} AND state <> 'delivered';
CREATE INDEX finished_failed_by_chatbot_type ON finished (chatbot_id, event_type, state, id)
  WHERE ${TYPED} AND state <> 'delivered';
CREATE INDEX finished_failed_by_webhook_type ON finished (webhook_id, event_type, state, id)
  WHERE ${TYPED} AND state <> 'delivered';
${byType('finished')}

-- Identity columns of partitioned tables came with PostgreSQL 17.
CREATE SEQUENCE attempts_seq;
CREATE TABLE attempts (
  seq bigint NOT NULL DEFAULT nextval('attempts_seq'),
  started_at bigint NOT NULL,
  recorded_at bigint NOT NULL,
  duration_ms double precision NOT NULL,
  number integer NOT NULL,
  status integer,
  id text NOT NULL,
  delivery_id ${TEXT} NOT NULL,
  result text NOT NULL,
  error_code text,
  error text,
  response_headers text NOT NULL,
  response_body text NOT NULL,
  note text,
  PRIMARY KEY (delivery_id, seq)
) PARTITION BY RANGE (delivery_id);
CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;
ALTER SEQUENCE attempts_seq OWNED BY attempts.seq;
CREATE INDEX attempts_recorded ON attempts (recorded_at, seq);

${VIEWS}

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

function byType(table: 'waiting' | 'finished'): string {
  return [
    `CREATE INDEX ${table}_by_type ON ${table} (event_type, id) WHERE ${TYPED};`,
    `CREATE INDEX ${table}_by_chatbot_type ON ${table} (chatbot_id, event_type, id) WHERE ${TYPED};`,
    `CREATE INDEX ${table}_by_webhook_type ON ${table} (webhook_id, event_type, id) WHERE ${TYPED};`,
  ].join('\n')
}

export const SCHEMA = [NODES, OWNERS, EVENTS, DELIVERIES, CHARTS, ACCESS].join('')
