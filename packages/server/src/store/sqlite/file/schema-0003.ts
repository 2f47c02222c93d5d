/** Erasures are remembered, and what another key sealed is found at once. */
import { SEALED_WITH } from '../../sealing/sealed-with.ts'

export const ERASURES_AND_KEYS = `
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

CREATE INDEX webhooks_sealed_with ON webhooks (${SEALED_WITH});
`
