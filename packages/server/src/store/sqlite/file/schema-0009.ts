/** Rests of webhooks (../rest.ts), and deliveries whose attempts are not charged. */
export const RESTS_SCHEMA = `
ALTER TABLE webhooks ADD COLUMN resting_until INTEGER;
ALTER TABLE webhooks ADD COLUMN probe_at INTEGER;
ALTER TABLE webhooks ADD COLUMN probe_id TEXT;
-- By the clock that wrote the two above.
ALTER TABLE webhooks ADD COLUMN rest_set_at INTEGER;
ALTER TABLE webhooks ADD COLUMN rest_reason TEXT;
ALTER TABLE webhooks ADD COLUMN rest_level INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN rest_by TEXT;
ALTER TABLE webhooks ADD COLUMN strained INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN rested_at INTEGER;
-- First attempt of the series that was not charged.
ALTER TABLE deliveries ADD COLUMN uncharged_since INTEGER;
-- What was never attempted goes first after a rest. Due since it was accepted, so that this is by
-- age. As with all that may be claimed, what is leased when it is accepted never enters it.
CREATE INDEX deliveries_fresh ON deliveries (webhook_id, due_at, id)
  WHERE state = 'pending' AND claimed_by IS NULL AND attempt_count = 0;
`
