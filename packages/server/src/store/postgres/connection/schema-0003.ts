/** Erasures are remembered, and what another key sealed is found at once. */
import { SEALED_WITH } from '../../sealing/sealed-with.ts'

export const ERASURES_AND_KEYS = `
-- That somebody was erased, without a word about whom: for a backup that is restored later.
CREATE TABLE erasures (
  id text COLLATE "C" PRIMARY KEY,
  lead_id text NOT NULL,
  chatbot_id text COLLATE "C" NOT NULL,
  event_id text NOT NULL,
  -- 'request', 'retention' or 'chatbot_deleted'.
  reason text NOT NULL,
  erased_at bigint NOT NULL
);
CREATE INDEX erasures_by_chatbot ON erasures (chatbot_id, id);

CREATE INDEX webhooks_sealed_with ON webhooks (${SEALED_WITH});

-- The ids of the keys that a node opens; the first of them is the one that it seals with.
ALTER TABLE nodes ADD COLUMN keys text NOT NULL DEFAULT '';
`
