/**
 * What a list is searched for: an id, whose prefix says which row it is, or people, who are found by
 * the search index (searching/find-page.ts).
 */
import { type CompiledQuery, sql } from 'kysely'
import { LEAD_EVENT_SPELLINGS } from '../../event.ts'
import { leadIdOf } from '../../id.ts'
import { isBlank, tidyContact } from '../../text/typed-text.ts'
import type { Builder } from './builder.ts'

/** After every character: the end of the range of texts that begin alike. */
export const LAST_CHARACTER = '\u{10ffff}'

/** Its prefix says which column it is. Null: what is typed is no id. */
export function idSought(q: string): string | null {
  const typed = tidyContact(q)
  return /^(dlv|evt|wh|lead)_/.test(typed) ? typed : null
}

/** Whether people are looked for. Nothing to be seen is the beginning of no word. */
export function isPeopleSearch(q: string | undefined): q is string {
  return q !== undefined && idSought(q) === null && !isBlank(q)
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

/** The lead that an id is of, or the event's; another id is of none. */
export function leadSought(q: string): string {
  const id = idSought(q) ?? ''
  return id.startsWith('evt_') ? leadIdOf(id) : id
}
