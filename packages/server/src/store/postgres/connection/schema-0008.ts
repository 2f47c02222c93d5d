/**
 * Search keys by the rule of ../../text/typed-text.ts, and a phone's where it is not its own key. Every
 * kept key is made anew, so that who was left by an earlier version is found, and can be erased.
 */
import type pg from 'pg'
import { indexableKeysOf, type KeyedRow, REKEY_ROWS, rekeyed } from '../../reading/search-keys.ts'
import { column } from './parameters.ts'
import { TEXT } from './schema-0001.ts'

export const SEARCH_KEYS_SCHEMA = `
ALTER TABLE leads ADD COLUMN phone_key ${TEXT};
CREATE INDEX leads_by_phone_key ON leads (phone_key) WHERE phone_key IS NOT NULL;
`

/** A page at a time, in the step's transaction: written are those that change, which are few. */
export async function rekeyLeads(client: pg.ClientBase): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await client.query<KeyedRow>(READ_LEADS, [after, REKEY_ROWS])
    const changed = rows.flatMap((row) => {
      const keys = rekeyed(row, indexableKeysOf)
      return keys ? [{ id: row.id, ...keys }] : []
    })
    if (changed.length > 0) {
      await client.query(WRITE_KEYS, [
        column(changed, (row) => row.id),
        column(changed, (row) => row.name_key),
        column(changed, (row) => row.email_key),
        column(changed, (row) => row.phone_key),
      ])
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.id
  }
}

const READ_LEADS = `SELECT id, customer_name, customer_email, customer_phone, name_key, email_key,
  phone_key FROM leads WHERE id > $1 ORDER BY id LIMIT $2`
const WRITE_KEYS = `UPDATE leads SET name_key = made.name_key, email_key = made.email_key,
    phone_key = made.phone_key
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    AS made (id, name_key, email_key, phone_key) WHERE leads.id = made.id`
