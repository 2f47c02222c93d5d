/**
 * Searches for people. An id, an email, a phone and a rare name lead to few rows, by an index each.
 * A name that thousands begin with leads to too many to sort: then the list itself is walked, newest
 * first, and each row looked at: where many match, a page is soon full.
 */
import { type CompiledQuery, type SqlBool, sql } from 'kysely'
import { LEAD_EVENT_SPELLINGS } from '../../event.ts'
import { leadIdOf } from '../../id.ts'
import { contactKey, isBlank, nameKey, tidyContact } from '../../text/typed-text.ts'
import type { Builder } from './builder.ts'
import { unindexed } from './unindexed.ts'

/** After every character: the end of the range of texts that begin alike. */
export const LAST_CHARACTER = '\u{10ffff}'

/** From here on a name is common. Found one by one, so many cost as much as a long walk. */
export const COMMON_NAMES = 2_000
/** Of all chatbots' people with a name, so many are looked at for those of one: in an index alone. */
const NAMES_LOOKED_AT = 100_000

/** Its prefix says which column it is. Null: what is typed is no id. */
export function idSought(q: string): string | null {
  const typed = tidyContact(q)
  return /^(dlv|evt|wh|lead)_/.test(typed) ? typed : null
}

/** Whether it is looked for in people's names. Nothing to be seen is the beginning of no name. */
export function isNameSearch(q: string | undefined): q is string {
  return q !== undefined && idSought(q) === null && !isBlank(q)
}

/** Whether `q` begins the names of too many people, of one chatbot or of all. */
export function isCommonName(db: Builder, q: string, chatbotId?: string): CompiledQuery {
  const most = chatbotId === undefined ? COMMON_NAMES : NAMES_LOOKED_AT
  const own = chatbotId === undefined ? sql`TRUE` : sql`chatbot_id = ${chatbotId}`
  const seen = sql`SELECT chatbot_id FROM leads WHERE ${isNamed(q)} LIMIT ${most}`
  return sql`SELECT CASE WHEN count(*) >= ${most}
      OR count(*) FILTER (WHERE ${own}) >= ${COMMON_NAMES} THEN 1 ELSE 0 END AS told
    FROM (${seen}) AS seen`.compile(db)
}

/** Fewer than this lead to their deliveries; with more, a list is walked until its page is full. */
const FEW_LEADS = 2_000

export function isLeadEvent(eventType: string | undefined): boolean {
  return eventType !== undefined && LEAD_EVENT_SPELLINGS.includes(eventType)
}

/** Whether a chatbot has few leads among however many events of other types. */
export function hasFewLeads(db: Builder, chatbotId: string): CompiledQuery {
  const found = sql`SELECT 1 FROM (${leadEvents(chatbotId)}) AS events_of_leads LIMIT ${FEW_LEADS}`
  return sql`SELECT CASE WHEN count(*) < ${FEW_LEADS} THEN 1 ELSE 0 END AS told
    FROM (${found}) AS found`.compile(db)
}

/** What the ids of a chatbot's lead events have in common with those of their deliveries (id.ts). */
export function leadEvents(chatbotId: string) {
  return sql`SELECT substr(id, 6, 23) AS shared FROM leads WHERE chatbot_id = ${chatbotId}
    UNION ALL SELECT substr(id, 5, 23) FROM events
      WHERE chatbot_id = ${chatbotId} AND event_type = 'lead.submit'`
}

/** Leads' ids by id, event, conversation, email, phone or the beginning of a name: an index for each. */
export function people(db: Builder, q: string, chatbotId?: string) {
  const leads = () => db.selectFrom('leads').select('id')
  const id = idSought(q)
  if (id?.startsWith('lead_')) return leads().where('id', '=', id)
  if (id?.startsWith('evt_')) return leads().where('id', '=', leadIdOf(id))
  // A caller's own is kept as given, white space and all.
  const inConversation = leads().where('conversation_id', '=', q)
  if (isBlank(q)) return inConversation
  const contact = contactKey(q)
  const reached = inConversation
    .union(leads().where('email_key', '=', contact))
    .union(leads().where('customer_phone', '=', contact))
    .union(leads().where('phone_key', '=', contact))
  let named = leads().where(isNamed(q))
  // Told by the index of names, too: no other may lead.
  if (chatbotId !== undefined) named = named.where(unindexed('chatbot_id'), '=', chatbotId)
  return reached.union(named)
}

function isNamed(q: string) {
  const key = nameKey(q)
  return sql<SqlBool>`name_key >= ${key} AND name_key < ${key + LAST_CHARACTER}`
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
