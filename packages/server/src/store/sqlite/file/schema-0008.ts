/**
 * Search keys by the rule of ../../text/typed-text.ts, and a phone's where it is not its own key. Every
 * kept key is made anew, so that who was left by an earlier version is found, and can be erased.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type KeyedRow, keysOf, REKEY_ROWS, rekeyed } from '../../reading/search-keys.ts'

export const SEARCH_KEYS_SCHEMA = `
ALTER TABLE leads ADD COLUMN phone_key TEXT;
CREATE INDEX leads_by_phone_key ON leads (phone_key) WHERE phone_key IS NOT NULL;
`

/** A page at a time, in the step's transaction: written are those that change, which are few. */
export function rekeyLeads(db: DatabaseSync): void {
  const read = db.prepare(READ_LEADS)
  const write = db.prepare(WRITE_KEYS)
  for (let after = ''; ; ) {
    const rows = read.all(after, REKEY_ROWS) as unknown as KeyedRow[]
    for (const row of rows) {
      const keys = rekeyed(row, keysOf)
      if (keys) write.run(keys.name_key, keys.email_key, keys.phone_key, row.id)
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.id
  }
}

const READ_LEADS = `SELECT id, customer_name, customer_email, customer_phone, name_key, email_key,
  phone_key FROM leads WHERE id > ? ORDER BY id LIMIT ?`
const WRITE_KEYS = 'UPDATE leads SET name_key = ?, email_key = ?, phone_key = ? WHERE id = ?'
