/** How often a webhook is called at most, and the buckets that its nodes share (starts.ts). */
import { TEXT } from './schema-0001.ts'

export const RATES_SCHEMA = `
ALTER TABLE webhooks ADD COLUMN rate_per_second double precision;
-- When each bucket was, or will be, empty (rate.ts).
CREATE TABLE starts (
  webhook_id ${TEXT} PRIMARY KEY,
  empty_at double precision NOT NULL
) WITH (fillfactor = 20);
`
