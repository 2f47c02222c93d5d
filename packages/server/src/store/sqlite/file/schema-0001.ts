/**
 * The first schema. Instants are Unix milliseconds; JSON is text; ids are as users see them.
 * Tables that are only reached by id have no rowid: one tree instead of two. Ids rise with time, so
 * those trees grow at their end.
 *
 * No body is kept for a delivery: it is a pure function of the spelling, the chatbot and the
 * event's payload (event.ts, bodyText).
 */
import { LATENCY_BUCKETS } from '../../rules/latency.ts'

const latencyColumns = Array.from(
  { length: LATENCY_BUCKETS },
  (_, bucket) => `latency_${bucket} INTEGER NOT NULL DEFAULT 0`,
).join(', ')

export const FIRST_SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('backlog', 0), ('pinged_at', 0), ('prune_events_after', '');

CREATE TABLE chatbots (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  lead_form TEXT NOT NULL,
  allowed_origins TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT, WITHOUT ROWID;
-- Those whose leads are still to be erased.
CREATE INDEX chatbots_deleted ON chatbots (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  chatbot_id TEXT NOT NULL,
  url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  description TEXT NOT NULL,
  headers TEXT NOT NULL,
  timeout_seconds INTEGER,
  max_in_flight INTEGER,
  state TEXT NOT NULL,
  state_reason TEXT,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  overlap_ends_at INTEGER,
  failing_since INTEGER,
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  last_success_at INTEGER,
  last_failure_at INTEGER,
  last_failure TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_by_chatbot ON webhooks (chatbot_id, id);

CREATE TABLE subscriptions (
  chatbot_id TEXT NOT NULL,
  -- Canonical.
  event_type TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  spelling TEXT NOT NULL,
  PRIMARY KEY (chatbot_id, event_type, webhook_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_webhook ON subscriptions (webhook_id);

-- Webhooks whose state changed: their deliveries are still to be moved (settle).
CREATE TABLE unsettled (webhook_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
  chatbot_id TEXT NOT NULL,
  id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (chatbot_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE leads (
  id TEXT PRIMARY KEY,
  chatbot_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_email TEXT NOT NULL,
  customer_phone TEXT NOT NULL,
  -- For searching: lower case.
  name_key TEXT NOT NULL,
  email_key TEXT NOT NULL,
  -- The idempotency record that would answer with this lead.
  idempotency_route TEXT,
  idempotency_key TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX leads_by_chatbot ON leads (chatbot_id, id);
CREATE INDEX leads_by_conversation ON leads (conversation_id);
CREATE INDEX leads_by_name ON leads (name_key);
CREATE INDEX leads_by_email ON leads (email_key);
CREATE INDEX leads_by_phone ON leads (customer_phone);

CREATE TABLE events (
  id TEXT PRIMARY KEY,
  chatbot_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  payload TEXT NOT NULL,
  lead_id TEXT,
  erased INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  event_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  chatbot_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT,
  attempt_count INTEGER NOT NULL DEFAULT 0,
  series_attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER,
  claimed_by TEXT,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Lists, newest first: each index is followed by the id. A list of all states merges five walks
-- (queries.ts), so that few failures among millions of successes are found at once, too.
CREATE INDEX deliveries_by_chatbot ON deliveries (chatbot_id, state);
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, state);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX deliveries_by_state ON deliveries (state) WHERE state <> 'delivered';
-- What may be claimed. A delivery that is leased when it is accepted never enters it. The columns
-- of the condition are in it, so that looking for the next one due reads no row.
CREATE INDEX deliveries_claimable ON deliveries (webhook_id, due_at, id, state, claimed_by)
  WHERE state = 'pending' AND claimed_by IS NULL;
CREATE INDEX deliveries_claimed ON deliveries (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX deliveries_parked_since ON deliveries (updated_at) WHERE state = 'parked';
-- For pruning: grows at its end.
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;
-- For recoveries: what was delivered never enters it.
CREATE INDEX deliveries_failed ON deliveries (webhook_id, finished_at)
  WHERE state IN ('exhausted', 'cancelled');

CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  result TEXT NOT NULL,
  status INTEGER,
  error_code TEXT,
  error TEXT,
  response_headers TEXT NOT NULL,
  response_body TEXT NOT NULL,
  note TEXT,
  recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);
-- For resuming a stream: grows at its end.
CREATE INDEX attempts_recorded ON attempts (recorded_at);

CREATE TABLE idempotency (
  chatbot_id TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  erased INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (chatbot_id, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE stats_minutes (
  webhook_id TEXT NOT NULL,
  minute INTEGER NOT NULL,
  chatbot_id TEXT NOT NULL,
  accepted INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  exhausted INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  failed_attempts INTEGER NOT NULL DEFAULT 0,
  ${latencyColumns},
  PRIMARY KEY (webhook_id, minute)
) STRICT, WITHOUT ROWID;
CREATE INDEX stats_by_chatbot ON stats_minutes (chatbot_id, minute);
CREATE INDEX stats_by_minute ON stats_minutes (minute);

CREATE TABLE recoveries (
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  states TEXT NOT NULL,
  total INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  -- Where the walk over (finished_at, id) has come to.
  cursor_at INTEGER NOT NULL,
  cursor_id TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX recoveries_by_end ON recoveries (finished_at);

-- Changes that leave no attempt and no new row, for resuming a stream; kept for an hour.
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  -- 'delivery' or 'webhook', and its id.
  noun TEXT NOT NULL,
  id TEXT NOT NULL,
  chatbot_id TEXT NOT NULL
) STRICT;
CREATE INDEX changes_at ON changes (at);
`
