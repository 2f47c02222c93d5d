/**
 * Searches for people. An id, an email, a phone and a rare name lead to few rows, by an index each.
 * A name that thousands begin with leads to too many to sort: then the list itself is walked, newest
 * first, and each row looked at: where many match, a page is soon full.
 */
import { type Compilable, type SqlBool, sql } from 'kysely'
import { leadIdOf } from '../../id.ts'
import { contactKey, isBlank, nameKey, tidyContact } from '../../text/typed-text.ts'
import type { Builder } from './builder.ts'

/** After every character: the end of the range of texts that begin alike. */
export const LAST_CHARACTER = '\u{10ffff}'

/** From here on a name is common. Found one by one, so many cost as much as a long walk. */
export const COMMON_NAMES = 2_000

/** Its prefix says which column it is. Null: what is typed is no id. */
export function idSought(q: string): string | null {
  const typed = tidyContact(q)
  return /^(dlv|evt|wh|lead)_/.test(typed) ? typed : null
}

/** Whether it is looked for in people's names. Nothing to be seen is the beginning of no name. */
export function isNameSearch(q: string | undefined): q is string {
  return q !== undefined && idSought(q) === null && !isBlank(q)
}

/** How many people's names begin so, counted up to where it is common. */
export function countNamed(db: Builder, q: string): Compilable {
  const named = db
    .selectFrom('leads')
    .select('id')
    .where('name_key', '>=', nameKey(q))
    .where('name_key', '<', nameKey(q) + LAST_CHARACTER)
    .limit(COMMON_NAMES)
  return db.selectFrom(named.as('named')).select((eb) => eb.fn.countAll<number>().as('count'))
}

/** Leads' ids by id, event, conversation, email, phone or the beginning of a name: an index for each. */
export function people(db: Builder, q: string) {
  const leads = () => db.selectFrom('leads').select('id')
  const id = idSought(q)
  if (id?.startsWith('lead_')) return leads().where('id', '=', id)
  if (id?.startsWith('evt_')) return leads().where('id', '=', leadIdOf(id))
  // A caller's own is kept as given, white space and all.
  const inConversation = leads().where('conversation_id', '=', q)
  if (isBlank(q)) return inConversation
  const [key, contact] = [nameKey(q), contactKey(q)]
  return inConversation
    .union(leads().where('email_key', '=', contact))
    .union(leads().where('customer_phone', '=', contact))
    .union(leads().where('phone_key', '=', contact))
    .union(
      leads()
        .where('name_key', '>=', key)
        .where('name_key', '<', key + LAST_CHARACTER),
    )
}

/**
 * The same of a row that is there already. CASE: no index is chosen for it, and PostgreSQL takes it
 * for true of every second row, so that it walks until the page is full.
 */
export function isLeadOf(q: string) {
  return sql<SqlBool>`CASE WHEN ${matchesLead(q)} THEN true ELSE false END`
}

export function isDeliveryOf(q: string) {
  return sql<SqlBool>`CASE WHEN (SELECT ${matchesLead(q)} FROM leads
      WHERE leads.id = 'lead_' || substr(deliveries.id, 5, 23) || '000')
    THEN true ELSE false END`
}

function matchesLead(q: string) {
  const [key, contact] = [nameKey(q), contactKey(q)]
  return sql<SqlBool>`((leads.name_key >= ${key} AND leads.name_key < ${key + LAST_CHARACTER})
    OR leads.email_key = ${contact} OR leads.customer_phone = ${contact}
    OR leads.phone_key = ${contact} OR leads.conversation_id = ${q})`
}
