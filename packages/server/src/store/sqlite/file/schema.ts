/**
 * The tables of the embedded store, as a new one begins (migrations.ts numbers it). Instants are Unix
 * milliseconds; JSON is text; ids are as users see them. Tables that are only reached by id have no
 * rowid: one tree instead of two. Ids rise with time, so those trees grow at their end. An index of
 * such a table is followed by the id.
 *
 * Which of two plans that cost the same is taken may hang on which index was made first: within a
 * table their order is kept.
 */
import { LATENCIES, SUMMED } from '../../rules/rollups.ts'
import { VIEWS } from '../../rules/views.ts'
import { SEALED_WITH } from '../../sealing/sealed-with.ts'
import { ACCESS } from './schema-access.ts'

const SUMS = [...SUMMED, ...LATENCIES]
const countedSums = SUMS.map((name) => `${name} INTEGER NOT NULL DEFAULT 0`).join(', ')
const addedSums = SUMS.map((name) => `${name} INTEGER NOT NULL`).join(', ')

const OWNERS = `
-- What the store knows of itself. 'backlog': unfinished deliveries. 'stats_until': minutes before it
-- are in the roll-ups; upkeep begins with the first that there is.
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES
  ('backlog', 0), ('pinged_at', 0), ('prune_events_after', ''), ('stats_until', 0);

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
  -- 'http', or 'listen': nothing is sent, its listener asks for it.
  kind TEXT NOT NULL DEFAULT 'http',
  -- Sealed, as are headers and both secrets.
  url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  description TEXT NOT NULL,
  headers TEXT NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  -- Null: the server's setting.
  timeout_seconds INTEGER,
  max_in_flight INTEGER,
  -- Null: as often as its endpoint takes it. The bucket is in memory (starts.ts).
  rate_per_second REAL,
  state TEXT NOT NULL,
  state_reason TEXT,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  overlap_ends_at INTEGER,
  -- Its health, as owners see it.
  failing_since INTEGER,
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  last_success_at INTEGER,
  last_failure_at INTEGER,
  last_failure TEXT,
  -- Goes when its listener has been away for a while.
  temporary INTEGER NOT NULL DEFAULT 0,
  -- Who takes its deliveries, alone.
  listener_id TEXT,
  -- Since when nobody does.
  away_since INTEGER,
  -- Its rest (store/rules/rest.ts). Null: it works.
  resting_until INTEGER,
  -- From when on one delivery is handed out, and the one that was.
  probe_at INTEGER,
  probe_id TEXT,
  -- When the instants above were written, by the clock that wrote them.
  rest_set_at INTEGER,
  rest_reason TEXT,
  -- Probes in a row that failed.
  rest_level INTEGER NOT NULL DEFAULT 0,
  -- The delivery by whose word it rests.
  rest_by TEXT,
  -- Answers in a row that asked for less, or could not be had.
  strained INTEGER NOT NULL DEFAULT 0,
  -- When the last rest, or pause, ended.
  rested_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_by_chatbot ON webhooks (chatbot_id, id);
-- What another key than the present one sealed is found at once.
CREATE INDEX webhooks_sealed_with ON webhooks (${SEALED_WITH});
CREATE INDEX webhooks_listened ON webhooks (listener_id) WHERE listener_id IS NOT NULL;
CREATE INDEX webhooks_abandoned ON webhooks (away_since)
  WHERE temporary = 1 AND away_since IS NOT NULL;

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
`

const EVENTS = `
-- Ids are the widget's own, and may be anything.
CREATE TABLE conversations (
  chatbot_id TEXT NOT NULL,
  id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (chatbot_id, id)
) STRICT, WITHOUT ROWID;
-- Newest first.
CREATE INDEX conversations_by_age ON conversations (chatbot_id, created_at);

-- Its event is this row, too: the payload is a function of its fields (lead.ts).
CREATE TABLE leads (
  id TEXT PRIMARY KEY,
  chatbot_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_email TEXT NOT NULL,
  customer_phone TEXT NOT NULL,
  -- What a search compares until a later step dropped it. Null: the phone is its own key.
  name_key TEXT NOT NULL,
  email_key TEXT NOT NULL,
  phone_key TEXT,
  -- The idempotency record that would answer with this lead.
  idempotency_route TEXT,
  idempotency_key TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX leads_by_chatbot ON leads (chatbot_id, id);
CREATE INDEX leads_by_conversation ON leads (conversation_id);
CREATE INDEX leads_by_name ON leads (name_key, chatbot_id);
CREATE INDEX leads_by_email ON leads (email_key);
CREATE INDEX leads_by_phone ON leads (customer_phone);
CREATE INDEX leads_by_phone_key ON leads (phone_key) WHERE phone_key IS NOT NULL;

-- No body is kept for a delivery: it is a pure function of the spelling, the chatbot and the event's
-- payload (event.ts, bodyText). A lead's event has a row here only when the lead was erased.
CREATE TABLE events (
  id TEXT PRIMARY KEY,
  chatbot_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  payload TEXT NOT NULL,
  erased INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of a lead's type: what is left of erased ones, and tests.
CREATE INDEX events_of_leads ON events (chatbot_id) WHERE event_type = 'lead.submit';

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

-- That somebody was erased, without a word about whom: for a backup that is restored later.
CREATE TABLE erasures (
  id TEXT PRIMARY KEY,
  lead_id TEXT NOT NULL,
  chatbot_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  -- 'request', 'retention' or 'chatbot_deleted'.
  reason TEXT NOT NULL,
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_by_chatbot ON erasures (chatbot_id, id);
`

/** What the tables of deliveries share. Ids lead from a delivery to its event (id.ts). */
const DELIVERY = `
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  chatbot_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT,
  attempt_count INTEGER NOT NULL,
  series_attempts INTEGER NOT NULL,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL`

const DELIVERIES = `
-- What a node has in its hands: a few thousand at most, walked whole by who looks for others than by id.
CREATE TABLE claimed (${DELIVERY},
  -- First attempt of the series that was not charged.
  uncharged_since INTEGER,
  due_at INTEGER,
  -- The node that has claimed it.
  claimed_by TEXT NOT NULL,
  -- It was cancelled while it was on its way.
  finished_at INTEGER,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Pending and parked, in nobody's hands.
CREATE TABLE waiting (${DELIVERY},
  uncharged_since INTEGER,
  due_at INTEGER,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Lists, newest first.
CREATE INDEX waiting_by_chatbot ON waiting (chatbot_id, state);
CREATE INDEX waiting_by_webhook ON waiting (webhook_id, state);
CREATE INDEX waiting_by_state ON waiting (state);
-- What may be claimed; looking for the next one due reads no row.
CREATE INDEX waiting_claimable ON waiting (webhook_id, due_at, id, state) WHERE state = 'pending';
CREATE INDEX waiting_parked_since ON waiting (updated_at) WHERE state = 'parked';
-- What was never attempted goes first after a rest. Due since it was accepted, so that this is by age.
CREATE INDEX waiting_fresh ON waiting (webhook_id, due_at, id)
  WHERE state = 'pending' AND attempt_count = 0;

-- Written once, complete, with the attempt that ended it: null where none did.
CREATE TABLE finished (${DELIVERY},
  finished_at INTEGER NOT NULL,
  -- Its number is attempt_count, its status last_status, its error last_error.
  attempt_id TEXT,
  started_at INTEGER,
  duration_ms REAL,
  error_code TEXT,
  response_headers TEXT,
  response_body TEXT,
  note TEXT
) STRICT, WITHOUT ROWID;
-- Lists, newest first. A list of all states merges walks (reading/deliveries.ts), so that few failures
-- among millions of successes are found at once, too.
CREATE INDEX finished_by_chatbot ON finished (chatbot_id, state);
CREATE INDEX finished_by_webhook ON finished (webhook_id, state);
CREATE INDEX finished_by_state ON finished (state) WHERE state <> 'delivered';
-- For pruning, and for resuming a stream: grows at its end.
CREATE INDEX finished_by_end ON finished (finished_at);
-- For recoveries: what was delivered never enters it.
CREATE INDEX finished_failed ON finished (webhook_id, finished_at)
  WHERE state IN ('exhausted', 'cancelled');
-- Lists of one event type. Of leads there are plenty in every list, so they are left out: a lead's
-- delivery pays nothing for these.
-- The last condition is always true: only who asks for all with it is led here, and never a list of
-- one webhook, which SQLite would walk this way when it has a span.
CREATE INDEX finished_by_type ON finished (event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit' AND kind <> '';
CREATE INDEX finished_by_chatbot_type ON finished (chatbot_id, event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX finished_by_webhook_type ON finished (webhook_id, event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX waiting_by_type ON waiting (event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit' AND kind <> '';
CREATE INDEX waiting_by_chatbot_type ON waiting (chatbot_id, event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX waiting_by_webhook_type ON waiting (webhook_id, event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
-- Of a type that failed now and then, or never.
CREATE INDEX finished_failed_by_type ON finished (event_type, state)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit' AND coalesce(state, '') <> 'delivered';
CREATE INDEX finished_failed_by_chatbot_type ON finished (chatbot_id, event_type, state)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit' AND coalesce(state, '') <> 'delivered';
CREATE INDEX finished_failed_by_webhook_type ON finished (webhook_id, event_type, state)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit' AND coalesce(state, '') <> 'delivered';

-- Those that did not end their delivery.
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

${VIEWS}

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

const CHARTS = `
CREATE TABLE stats_minutes (
  webhook_id TEXT NOT NULL,
  minute INTEGER NOT NULL,
  chatbot_id TEXT NOT NULL,
  ${countedSums},
  PRIMARY KEY (webhook_id, minute)
) STRICT, WITHOUT ROWID;
CREATE INDEX stats_by_chatbot ON stats_minutes (chatbot_id, minute);
CREATE INDEX stats_by_minute ON stats_minutes (minute);

-- Sums of minutes that are over (store/rules/rollups.ts).
CREATE TABLE stats_rollups (
  -- A webhook's id, a chatbot's, or 'all'.
  scope TEXT NOT NULL,
  step_ms INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- Of a webhook: whose it is.
  chatbot_id TEXT NOT NULL,
  ${addedSums},
  PRIMARY KEY (scope, step_ms, at)
) STRICT, WITHOUT ROWID;
-- For pruning.
CREATE INDEX rollups_by_age ON stats_rollups (step_ms, at);
`

export const SCHEMA = [OWNERS, EVENTS, DELIVERIES, CHARTS, ACCESS].join('')
