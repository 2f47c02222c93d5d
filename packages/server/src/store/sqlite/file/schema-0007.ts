/** How often a webhook is called at most. Its bucket is in memory (starts.ts). */
export const RATES_SCHEMA = `
ALTER TABLE webhooks ADD COLUMN rate_per_second REAL;
`
