/**
 * Roll-ups of minutes (../rollups.ts), and a way to the deliveries of each event type.
 *
 * Of leads there are plenty in every list, so they are left out of the indexes by type: a lead's
 * delivery pays nothing for them. States change, so they are in none of them.
 */
import { LATENCIES, SUMMED } from '../../rules/rollups.ts'

const sums = [...SUMMED, ...LATENCIES].map((name) => `${name} INTEGER NOT NULL`).join(', ')

export const ROLLUPS_SCHEMA = `
-- Minutes before it are in the roll-ups: upkeep begins with the first that there is.
INSERT INTO meta VALUES ('stats_until', 0);
CREATE TABLE stats_rollups (
  -- A webhook's id, a chatbot's, or 'all'.
  scope TEXT NOT NULL,
  step_ms INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- Of a webhook: whose it is.
  chatbot_id TEXT NOT NULL,
  ${sums},
  PRIMARY KEY (scope, step_ms, at)
) STRICT, WITHOUT ROWID;
-- For pruning.
CREATE INDEX rollups_by_age ON stats_rollups (step_ms, at);

-- Each is followed by the id.
-- The last condition is always true: only who asks for all with it is led here, and never a list of
-- one webhook, which SQLite would walk this way when it has a span.
CREATE INDEX deliveries_by_type ON deliveries (event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit' AND kind <> '';
CREATE INDEX deliveries_by_chatbot_type ON deliveries (chatbot_id, event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX deliveries_by_webhook_type ON deliveries (webhook_id, event_type)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
`
