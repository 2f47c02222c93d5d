/**
 * The schema's number, the same in both stores. It begins with 11: what was before lay in other tables,
 * was never released, and is refused (docs/decisions/0044-hot-and-cold.md).
 */
import { StartError } from '../../errors.ts'
import { LATENCY_BOUNDS_MS, LATENCY_MS_MAX } from './latency.ts'
import { DELIVERIES_WITH_SCHEDULE, DELIVERIES_WITH_SHAPE } from './views.ts'

export const FIRST_SCHEMA = 11

/**
 * Deliveries that are sent before their schedule's time (extra.ts), and webhooks whose rest is
 * passed by hand, or whose deliveries are still to be brought forward.
 */
const BROUGHT_FORWARD = `
  ALTER TABLE claimed ADD COLUMN schedule_due_at bigint;
  ALTER TABLE waiting ADD COLUMN schedule_due_at bigint;
  ALTER TABLE webhooks ADD COLUMN probe_wanted TEXT;
  ALTER TABLE webhooks ADD COLUMN forwarding TEXT;
  CREATE INDEX webhooks_forwarding ON webhooks (id) WHERE forwarding IS NOT NULL;
  DROP VIEW deliveries;
  ${DELIVERIES_WITH_SCHEDULE}`

/**
 * What a webhook says of its bodies, the shapes that are made of it (wants/shape.ts) and pinned to its
 * deliveries, which events it keeps back, and what leads bring beside who they are.
 */
const SHAPES = `
  CREATE TABLE shapes (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    touched_at bigint NOT NULL
  );
  CREATE INDEX shapes_by_touch ON shapes (touched_at);
  ALTER TABLE webhooks ADD COLUMN format TEXT NOT NULL DEFAULT 'guide';
  ALTER TABLE webhooks ADD COLUMN template TEXT;
  ALTER TABLE webhooks ADD COLUMN template_type TEXT NOT NULL DEFAULT 'json';
  ALTER TABLE webhooks ADD COLUMN include TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE webhooks ADD COLUMN filter TEXT NOT NULL DEFAULT 'null';
  ALTER TABLE webhooks ADD COLUMN shape TEXT;
  CREATE INDEX webhooks_by_shape ON webhooks (shape) WHERE shape IS NOT NULL;
  ALTER TABLE leads ADD COLUMN extras TEXT;
  CREATE TABLE kept_back (
    event_id TEXT COLLATE "C" NOT NULL,
    webhook_id TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (event_id, webhook_id)
  ) WITHOUT ROWID;
  CREATE INDEX kept_back_by_webhook ON kept_back (webhook_id, event_id);
  ${['claimed', 'waiting', 'finished']
    .map(
      (table) => `ALTER TABLE ${table} ADD COLUMN shape TEXT;
  CREATE INDEX ${table}_by_shape ON ${table} (shape) WHERE shape IS NOT NULL;`,
    )
    .join('\n  ')}
  DROP VIEW deliveries;
  ${DELIVERIES_WITH_SHAPE}`

/**
 * What followed the first, in words that both databases take, but for `bigint`, which SQLite writes
 * INTEGER, `COLLATE "C"`, which is its own order, and `WITHOUT ROWID`, which PostgreSQL has not. A released one is never edited. Once the stores need different words this list is closed, or
 * numbers would move: each names its own from then on.
 */
export const LATER_STEPS: readonly string[] = [
  // JSON of what a visitor agreed to (lead.ts); null: nothing was asked for.
  'ALTER TABLE leads ADD COLUMN consent TEXT',
  // What is to be told of a webhook to others of its chatbot (notices.ts), and what it is told by.
  `ALTER TABLE webhooks ADD COLUMN recent_failures INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE webhooks ADD COLUMN troubles INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE notices (
    webhook_id TEXT NOT NULL,
    type TEXT NOT NULL,
    chatbot_id TEXT NOT NULL,
    times INTEGER NOT NULL,
    since BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    told_at BIGINT,
    delivery_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER,
    cause TEXT,
    PRIMARY KEY (webhook_id, type)
  );
  CREATE INDEX notices_untold ON notices (told_at) WHERE times > 0;`,
  BROUGHT_FORWARD,
  // Of the settings alone, for `ETag` and `If-Match` (rules/settings-version.ts).
  `ALTER TABLE chatbots ADD COLUMN version TEXT NOT NULL DEFAULT '0'`,
  `ALTER TABLE webhooks ADD COLUMN version TEXT NOT NULL DEFAULT '0'`,
  // What an overview begins with: the few webhooks that don't get what they should.
  `CREATE INDEX webhooks_troubled ON webhooks (chatbot_id, id)
    WHERE (state IN ('paused', 'disabled') OR (state = 'active'
      AND (failing_since IS NOT NULL OR resting_until IS NOT NULL)))`,
  // When a delivery of it was last given up, and until when its owner has set such aside (given-up.ts).
  // What counts them reads nothing but the index. An erased lead's can't be resent.
  `ALTER TABLE webhooks ADD COLUMN given_up_at bigint;
  ALTER TABLE webhooks ADD COLUMN set_aside_until bigint;
  UPDATE webhooks SET given_up_at = (SELECT max(finished_at) FROM finished
    WHERE state IN ('exhausted', 'cancelled') AND state = 'exhausted' AND webhook_id = webhooks.id);
  CREATE INDEX webhooks_given_up ON webhooks (given_up_at) WHERE given_up_at IS NOT NULL;
  DROP INDEX finished_failed;
  UPDATE finished SET state_reason = 'lead_erased' WHERE state = 'exhausted' AND id IN (
    SELECT of_lead.id FROM events JOIN finished AS of_lead
      ON of_lead.id > 'dlv_' || substr(events.id, 5, 23) || '000'
      AND of_lead.id <= 'dlv_' || substr(events.id, 5, 23) || 'zzz'
    WHERE events.erased = 1);
  CREATE INDEX finished_failed ON finished
    (webhook_id, finished_at, id, state, kind, state_reason)
    WHERE state IN ('exhausted', 'cancelled')`,
  // Of a recovery: only those that were answered so last, or failed so.
  `ALTER TABLE recoveries ADD COLUMN last_status INTEGER;
  ALTER TABLE recoveries ADD COLUMN last_error TEXT`,
  // By which delivery a webhook's last failure is told, and what its last success said of itself.
  'ALTER TABLE webhooks ADD COLUMN last_failure_by TEXT; ALTER TABLE webhooks ADD COLUMN last_note TEXT',
  ...['stats_minutes', 'stats_rollups'].map(withLatencyEnds),
  // What is left of a deleted webhook while its deliveries are kept. The URL is sealed as it was.
  `CREATE TABLE deleted_webhooks (id text PRIMARY KEY, chatbot_id text NOT NULL, url text NOT NULL,
    deleted_at bigint NOT NULL);
  CREATE INDEX deleted_webhooks_by_chatbot ON deleted_webhooks (chatbot_id);
  CREATE INDEX deleted_webhooks_by_age ON deleted_webhooks (deleted_at);
  CREATE INDEX deleted_webhooks_sealed_with ON deleted_webhooks ((substr(url, 4, 8)));`,
  // With those whose last answer makes one doubt it (isDoubtful in delivery.ts).
  `DROP INDEX webhooks_troubled;
  CREATE INDEX webhooks_troubled ON webhooks (chatbot_id, id)
    WHERE (state IN ('paused', 'disabled') OR (state = 'active' AND (failing_since IS NOT NULL
      OR resting_until IS NOT NULL OR last_note IN ('web_page', 'body_says_failed'))))`,
  // In the order in which they came back (bring-forward.ts).
  `DROP INDEX webhooks_forwarding;
  CREATE INDEX webhooks_forwarding ON webhooks (forwarding) WHERE forwarding IS NOT NULL`,
  // Lists of events (reading/events.ts). A lead's is its own row, and pays nothing for these.
  `CREATE INDEX events_by_chatbot ON events (chatbot_id, id);
  CREATE INDEX events_by_chatbot_type ON events (chatbot_id, event_type, id);
  CREATE INDEX events_by_type ON events (event_type, id);
  DROP INDEX events_of_leads`,
  // What searches walk (rules/search-buckets.ts), and what is not in it yet: after an upgrade, all.
  `CREATE TABLE search_buckets (
    bucket bigint NOT NULL PRIMARY KEY,
    shelf integer NOT NULL,
    first_lead TEXT COLLATE "C" NOT NULL,
    last_lead TEXT COLLATE "C" NOT NULL,
    lead_count integer NOT NULL
  );
  CREATE INDEX search_buckets_by_shelf ON search_buckets (shelf, first_lead);
  CREATE TABLE search_entries (
    bucket bigint NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    lead TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, term, lead)
  ) WITHOUT ROWID;
  CREATE TABLE search_pending (lead TEXT COLLATE "C" NOT NULL PRIMARY KEY) WITHOUT ROWID;
  INSERT INTO search_pending (lead) SELECT substr(id, 6, 23) FROM leads;
  DROP INDEX leads_by_name;
  DROP INDEX leads_by_email;
  DROP INDEX leads_by_phone;
  DROP INDEX leads_by_phone_key;
  ALTER TABLE leads DROP COLUMN name_key;
  ALTER TABLE leads DROP COLUMN email_key;
  ALTER TABLE leads DROP COLUMN phone_key`,
  // What is done with many at once (desk/bulk.ts).
  `CREATE TABLE bulk_actions (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    chatbot_id TEXT,
    webhook_id TEXT,
    filter TEXT NOT NULL,
    total bigint NOT NULL,
    more integer NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    cursor TEXT COLLATE "C" NOT NULL DEFAULT '',
    stopped integer NOT NULL DEFAULT 0,
    created_at bigint NOT NULL,
    finished_at bigint
  );
  CREATE INDEX bulk_actions_open ON bulk_actions (id) WHERE finished_at IS NULL;
  CREATE INDEX bulk_actions_by_end ON bulk_actions (finished_at)`,
  SHAPES,
  // Of one that sent to a chat the URL's path is a secret, also once it is deleted.
  `ALTER TABLE deleted_webhooks ADD COLUMN format TEXT NOT NULL DEFAULT 'guide'`,
]

/** The shortest and the longest attempt: of what was there before, the edges of its buckets. */
function withLatencyEnds(table: string): string {
  const edges = LATENCY_BOUNDS_MS.map((bound, bucket) => [`latency_${bucket}`, bound] as const)
  const beyond = [`latency_${LATENCY_BOUNDS_MS.length}`, LATENCY_MS_MAX] as const
  const buckets = [...edges, beyond].map(([name, to], at) => {
    return { name, from: LATENCY_BOUNDS_MS[at - 1] ?? 0, to }
  })
  const cases = (all: typeof buckets, edge: 'from' | 'to') =>
    all.map((bucket) => `WHEN ${bucket.name} > 0 THEN ${bucket[edge]}`).join(' ')
  return `ALTER TABLE ${table} ADD COLUMN latency_min INTEGER;
  ALTER TABLE ${table} ADD COLUMN latency_max INTEGER;
  UPDATE ${table} SET latency_min = CASE ${cases(buckets, 'from')} END,
    latency_max = CASE ${cases(buckets.toReversed(), 'to')} END WHERE attempts > 0`
}

/** The number that a store has after all of these steps. */
export function lastVersion(steps: readonly unknown[]): number {
  return FIRST_SCHEMA + steps.length - 1
}

/** Those that a store of this number has not made yet; 0: a new one. */
export function stepsAfter<Step>(found: number, steps: readonly Step[]) {
  const numbered = steps.map((step, index) => ({ step, version: FIRST_SCHEMA + index }))
  return numbered.filter(({ version }) => version > found)
}

/** `what` is the database or the backup, as a sentence begins. Throws `StartError`. */
export function assertNotBeforeFirst(found: number, what: string): void {
  if (found >= FIRST_SCHEMA) return
  throw new StartError(
    `${what} has schema ${found}, of a build from before the first release; this version of Chatzuri begins with ${FIRST_SCHEMA}. Nothing was changed: the checkout that wrote it still takes it (docs/operate.md, Upgrades); or begin with an empty store.`,
  )
}

/** For what opens a store. Throws `StartError` also when it is a newer version's. */
export function assertKnownSchema(found: number, known: number, what: string): void {
  assertNotBeforeFirst(found, what)
  if (found <= known) return
  throw new StartError(
    `${what} was written by a newer version of Chatzuri (schema ${found}; this one knows ${known}). Start that version, or restore a backup from before the upgrade.`,
  )
}
