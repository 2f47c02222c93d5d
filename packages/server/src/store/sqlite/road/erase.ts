/** Erasing a person: everywhere the lead went inside this database. */

import { CANCELLABLE } from '../../../delivery.ts'
import { LEAD_EVENT } from '../../../event.ts'
import { deliveryRangeOf, eventIdOf } from '../../../id.ts'
import type { ErasureReason } from '../../../lead.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { Core } from '../core.ts'
import { cancelRow } from './move.ts'
import { type ForgottenLead, forgetLead } from './search-index.ts'

interface LeadToErase extends ForgottenLead {
  conversation_id: string
  idempotency_route: string | null
  idempotency_key: string | null
  created_at: number
}

export function eraseLead(
  core: Core,
  { leadId, reason }: { leadId: string; reason: ErasureReason },
): boolean {
  const lead = core.get<LeadToErase>(READ_LEAD, leadId)
  if (!lead) return false
  core.run(DELETE_LEAD, leadId)
  forgetLead(core, lead)
  const eventId = eventIdOf(leadId)
  const { first, last } = deliveryRangeOf(eventId)
  core.run(KEEP_EVENT, eventId, lead.chatbot_id, LEAD_EVENT, lead.created_at, first, last)
  remember(core, lead, reason)
  core.run(FORGET_KEPT_BACK, eventId)
  // The endpoint's answers may echo the person.
  for (const blank of BLANKS) core.run(blank, first, last)
  core.claimed.clear()
  for (const delivery of core.all<DeliveryRow>(DELIVERIES_OF, first, last)) {
    if (CANCELLABLE.includes(delivery.state)) cancelRow(core, delivery, 'lead_erased')
  }
  if (lead.idempotency_key !== null) {
    const { chatbot_id, idempotency_route, idempotency_key, created_at } = lead
    // The instant tells this record from a later one under the same key.
    core.run(ERASE_ANSWER, chatbot_id, idempotency_route, idempotency_key, created_at)
  }
  core.run(DELETE_CONVERSATION, lead.chatbot_id, lead.conversation_id)
  core.tx.erased = true
  return true
}

/** Up to `limit` leads of chatbots that were deleted; how many. */
export function eraseDeletedChatbots(core: Core, limit: number): number {
  let erased = 0
  while (erased < limit) {
    const chatbot = core.get<{ id: string }>(DELETED_CHATBOT)
    if (!chatbot) return erased
    const leads = core.all<{ id: string }>(LEADS_OF, chatbot.id, limit - erased)
    for (const { id } of leads) eraseLead(core, { leadId: id, reason: 'chatbot_deleted' })
    erased += leads.length
    if (erased >= limit) return erased
    core.run(DELETE_CONVERSATIONS, chatbot.id)
    core.run(DELETE_CHATBOT, chatbot.id)
  }
  return erased
}

function remember(core: Core, lead: LeadToErase, reason: ErasureReason): void {
  const { id, chatbot_id } = lead
  const { ids, tx } = core
  core.run(KEEP_ERASURE, ids.next('erasure'), id, chatbot_id, eventIdOf(id), reason, tx.now)
}

const FORGET_KEPT_BACK = 'DELETE FROM kept_back WHERE event_id = ?'
const READ_LEAD = `SELECT id, chatbot_id, conversation_id, customer_name, customer_email,
  customer_phone, idempotency_route, idempotency_key, created_at FROM leads WHERE id = ?`
const DELETE_LEAD = 'DELETE FROM leads WHERE id = ?'
/**
 * The event was the lead; this is what stays of it, if anything will take it away: its last delivery, or
 * the walk of `prune` that has not come by yet. Without either its time was over before.
 */
const KEEP_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, erased, created_at)
  SELECT ?1, ?2, ?3, '{}', 1, ?4
  WHERE ?1 > (SELECT value FROM meta WHERE key = 'prune_events_after')
    OR EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id > ?5 AND deliveries.id <= ?6)`
const DELIVERIES_OF = 'SELECT * FROM deliveries WHERE id > ? AND id <= ?'
/** Of what went wrong the word stays, and the sentence goes. */
const BLANKS = [
  `UPDATE attempts SET response_headers = '{}', response_body = '', note = NULL, error = NULL
    WHERE delivery_id > ? AND delivery_id <= ?`,
  `UPDATE finished SET response_headers = '{}', response_body = '', note = NULL, last_error = NULL,
      state_reason = CASE state WHEN 'delivered' THEN state_reason ELSE 'lead_erased' END
    WHERE id > ? AND id <= ?`,
  'UPDATE waiting SET last_error = NULL WHERE id > ? AND id <= ?',
  'UPDATE claimed SET last_error = NULL WHERE id > ? AND id <= ?',
]
const KEEP_ERASURE = `INSERT INTO erasures (id, lead_id, chatbot_id, event_id, reason, erased_at)
  VALUES (?, ?, ?, ?, ?, ?)`
/** The hash too: who guesses a person's data could make sure by it. */
const ERASE_ANSWER = `UPDATE idempotency SET erased = 1, answer = '', body_hash = ''
  WHERE chatbot_id = ? AND route = ? AND key = ? AND created_at = ?`
const DELETE_CONVERSATION = `DELETE FROM conversations WHERE chatbot_id = ?1 AND id = ?2
  AND NOT EXISTS (SELECT 1 FROM leads WHERE conversation_id = ?2 AND chatbot_id = ?1)`

const DELETED_CHATBOT = 'SELECT id FROM chatbots WHERE deleted_at IS NOT NULL LIMIT 1'
const LEADS_OF = 'SELECT id FROM leads WHERE chatbot_id = ? LIMIT ?'
const DELETE_CONVERSATIONS = 'DELETE FROM conversations WHERE chatbot_id = ?'
const DELETE_CHATBOT = 'DELETE FROM chatbots WHERE id = ?'
