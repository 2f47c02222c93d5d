/** Webhooks that somebody listens to (../road.ts). */
export const LISTENERS_SCHEMA = `
ALTER TABLE webhooks ADD COLUMN kind TEXT NOT NULL DEFAULT 'http';
ALTER TABLE webhooks ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0;
-- Who takes its deliveries, alone.
ALTER TABLE webhooks ADD COLUMN listener_id TEXT;
-- Since when nobody does.
ALTER TABLE webhooks ADD COLUMN away_since INTEGER;
CREATE INDEX webhooks_listened ON webhooks (listener_id) WHERE listener_id IS NOT NULL;
CREATE INDEX webhooks_abandoned ON webhooks (away_since)
  WHERE temporary = 1 AND away_since IS NOT NULL;
`
