/** Webhooks that somebody listens to (../road.ts). */
import { TEXT } from './schema-0001.ts'

export const LISTENERS_SCHEMA = `
ALTER TABLE webhooks ADD COLUMN kind text NOT NULL DEFAULT 'http',
  ADD COLUMN temporary integer NOT NULL DEFAULT 0,
  -- Who takes its deliveries, alone.
  ADD COLUMN listener_id ${TEXT},
  -- Since when nobody does.
  ADD COLUMN away_since bigint;
CREATE INDEX webhooks_listened ON webhooks (listener_id) WHERE listener_id IS NOT NULL;
CREATE INDEX webhooks_abandoned ON webhooks (away_since)
  WHERE temporary = 1 AND away_since IS NOT NULL;
`
