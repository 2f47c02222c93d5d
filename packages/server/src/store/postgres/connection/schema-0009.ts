/** Rests of webhooks (../rest.ts), and deliveries whose attempts are not charged. */
import { TEXT } from './schema-0001.ts'

export const RESTS_SCHEMA = `
ALTER TABLE webhooks ADD COLUMN resting_until bigint,
  ADD COLUMN probe_at bigint,
  ADD COLUMN probe_id ${TEXT},
  ADD COLUMN rest_set_at bigint,
  ADD COLUMN rest_reason ${TEXT},
  ADD COLUMN rest_level integer NOT NULL DEFAULT 0,
  ADD COLUMN rest_by ${TEXT},
  ADD COLUMN strained integer NOT NULL DEFAULT 0,
  ADD COLUMN rested_at bigint;
-- First attempt of the series that was not charged.
ALTER TABLE deliveries ADD COLUMN uncharged_since bigint;
-- What was never attempted goes first after a rest. Due since it was accepted, so that this is by
-- age. As with all that may be claimed, what is leased when it is accepted never enters it.
CREATE INDEX deliveries_fresh ON deliveries (webhook_id, due_at, id)
  WHERE state = 'pending' AND claimed_by IS NULL AND attempt_count = 0;
`
