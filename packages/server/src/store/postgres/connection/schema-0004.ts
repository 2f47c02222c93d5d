/**
 * Roll-ups of minutes (../rollups.ts), and a way to the deliveries of each event type.
 *
 * Of leads there are plenty in every list, so they are left out of the indexes by type: a lead's
 * delivery pays nothing for them. States change, so they are in none of them.
 */
import { LATENCIES, SUMMED } from '../../rules/rollups.ts'
import { TEXT } from './schema-0001.ts'

const sums = [...SUMMED, ...LATENCIES].map((name) => `${name} bigint NOT NULL`).join(', ')

export const ROLLUPS_SCHEMA = `
-- Minutes before it are in the roll-ups: upkeep begins with the first that there is. The mark: a
-- minute, and the transaction that set it (rollups.ts).
INSERT INTO meta VALUES ('stats_until', '0'), ('stats_mark', '0 0');
CREATE TABLE stats_rollups (
  -- A webhook's id, a chatbot's, or 'all'.
  scope ${TEXT} NOT NULL,
  step_ms integer NOT NULL,
  at bigint NOT NULL,
  -- Of a webhook: whose it is.
  chatbot_id ${TEXT} NOT NULL,
  ${sums},
  PRIMARY KEY (scope, step_ms, at)
) WITH (fillfactor = 70);
-- For pruning.
CREATE INDEX rollups_by_age ON stats_rollups (step_ms, at);

CREATE INDEX deliveries_by_type ON deliveries (event_type, id)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX deliveries_by_chatbot_type ON deliveries (chatbot_id, event_type, id)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
CREATE INDEX deliveries_by_webhook_type ON deliveries (webhook_id, event_type, id)
  WHERE event_type <> 'lead.submit' AND event_type <> 'leads.submit';
`
