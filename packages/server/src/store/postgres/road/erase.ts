/** Erasing a person: everywhere the lead went inside this database. */
import { CANCELLABLE } from '../../../delivery.ts'
import { LEAD_EVENT } from '../../../event.ts'
import { eventIdOf, type Ids } from '../../../id.ts'
import type { ErasureReason } from '../../../lead.ts'
import { array, column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'
import { cancelAll } from './move.ts'
import { deliveriesOf, lockDeliveries } from './rows.ts'
import { type ForgottenLead, forgetLeads } from './search-index.ts'

interface ErasedLead extends ForgottenLead {
  conversation_id: string
  idempotency_route: string | null
  idempotency_key: string | null
  created_at: number
}

interface ErasureInput {
  leadIds: string[]
  reason: ErasureReason
  /** For what is remembered of it. */
  ids: Ids
}

/** Those of them that were there; how many. */
export async function eraseLeads(
  tx: Transaction,
  { leadIds, reason, ids }: ErasureInput,
): Promise<number> {
  const leads = await tx.query<ErasedLead>(DELETE_LEADS, [array(leadIds)])
  if (leads.length === 0) return 0
  await forgetLeads(tx, leads)
  const events = column(leads, (lead) => eventIdOf(lead.id))
  tx.send(KEEP_EVENTS, [
    LEAD_EVENT,
    events,
    column(leads, (lead) => lead.chatbot_id),
    column(leads, (lead) => lead.created_at),
  ])
  tx.send(KEEP_ERASURES, [
    tx.now,
    reason,
    column(leads, () => ids.next('erasure')),
    column(leads, (lead) => lead.id),
    column(leads, (lead) => lead.chatbot_id),
    events,
  ])
  tx.send(FORGET_KEPT_BACK, [events])
  // Locked first: an answer that is being recorded is recorded before its text is erased.
  const deliveries = await lockDeliveries(tx, await deliveriesOf(tx, events))
  const touched = column(deliveries, (row) => row.id)
  for (const blank of BLANK) tx.send(blank, [touched])
  const open = deliveries.filter((row) => CANCELLABLE.includes(row.state))
  await cancelAll(tx, open, 'lead_erased')
  const keyed = leads.filter((lead) => lead.idempotency_key !== null)
  if (keyed.length > 0) {
    // The instant tells this record from a later one under the same key.
    tx.send(ERASE_ANSWERS, [
      column(keyed, (lead) => lead.chatbot_id),
      column(keyed, (lead) => lead.idempotency_route),
      column(keyed, (lead) => lead.idempotency_key),
      column(keyed, (lead) => lead.created_at),
    ])
  }
  const chatbots = column(leads, (lead) => lead.chatbot_id)
  tx.send(DELETE_CONVERSATIONS, [chatbots, column(leads, (lead) => lead.conversation_id)])
  return leads.length
}

/**
 * Up to `limit` leads of chatbots that were deleted; how many. A chatbot's row goes last, when
 * nothing that began before it was deleted can still add a lead (settle.ts tells how that is known).
 */
export async function eraseDeletedChatbots(
  tx: Transaction,
  limit: number,
  ids: Ids,
): Promise<number> {
  const chatbots = await tx.query<{ id: string; last: boolean }>(TAKE_DELETED)
  let erased = 0
  for (const { id, last } of chatbots) {
    if (erased >= limit) break
    const leads = await tx.query<{ id: string }>(LEADS_OF, [id, limit - erased])
    erased += leads.length
    const leadIds = leads.map((lead) => lead.id)
    await eraseLeads(tx, { leadIds, reason: 'chatbot_deleted', ids })
    if (erased >= limit || !last) continue
    tx.send(DELETE_CONVERSATIONS_OF, [id])
    tx.send(DELETE_CHATBOT, [id])
  }
  return erased
}

const FORGET_KEPT_BACK = 'DELETE FROM kept_back WHERE event_id = ANY($1::text[])'
const DELETE_LEADS = `DELETE FROM leads WHERE id = ANY($1::text[])
  RETURNING id, chatbot_id, conversation_id, customer_name, customer_email, customer_phone,
    idempotency_route, idempotency_key, created_at`
/** What is left of the event, which was the lead, if anything will take it away (store/sqlite/road/erase.ts). */
const KEEP_EVENTS = `INSERT INTO events (event_type, payload, erased, id, chatbot_id, created_at)
  SELECT $1, '{}', 1, e.* FROM unnest($2::text[], $3::text[], $4::bigint[])
    AS e (id, chatbot_id, created_at)
  WHERE e.id > (SELECT value FROM meta WHERE key = 'prune_events_after')
    OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id > 'dlv_' || substr(e.id, 5, 23) || '000'
      AND d.id <= 'dlv_' || substr(e.id, 5, 23) || 'zzz')
  ON CONFLICT DO NOTHING`
const KEEP_ERASURES = `INSERT INTO erasures (erased_at, reason, id, lead_id, chatbot_id, event_id)
  SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[])`
/** Of what went wrong the word stays, and the sentence goes. */
const BLANK = [
  `UPDATE attempts SET response_headers = '{}', response_body = '', note = NULL, error = NULL
    WHERE delivery_id = ANY($1::text[])`,
  `UPDATE finished SET response_headers = CASE WHEN attempt_id IS NOT NULL THEN '{}' END,
      response_body = CASE WHEN attempt_id IS NOT NULL THEN '' END, note = NULL, last_error = NULL,
      state_reason = CASE state WHEN 'delivered' THEN state_reason ELSE 'lead_erased' END
    WHERE id = ANY($1::text[])`,
  'UPDATE waiting SET last_error = NULL WHERE id = ANY($1::text[]) AND last_error IS NOT NULL',
  'UPDATE claimed SET last_error = NULL WHERE id = ANY($1::text[]) AND last_error IS NOT NULL',
]
/** The hash too: who guesses a person's data could make sure by it. */
const ERASE_ANSWERS = `UPDATE idempotency i SET erased = 1, answer = '', body_hash = ''
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS gone (chatbot_id, route, key, created_at)
  WHERE i.chatbot_id = gone.chatbot_id AND i.route = gone.route AND i.key = gone.key
    AND i.created_at = gone.created_at`
const DELETE_CONVERSATIONS = `DELETE FROM conversations c
  USING unnest($1::text[], $2::text[]) AS gone (chatbot_id, id)
  WHERE c.chatbot_id = gone.chatbot_id AND c.id = gone.id AND NOT EXISTS (SELECT 1 FROM leads l
    WHERE l.conversation_id = c.id AND l.chatbot_id = c.chatbot_id)`

const TAKE_DELETED = `WITH taken AS MATERIALIZED (SELECT id FROM chatbots
    WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 20 FOR UPDATE SKIP LOCKED)
  UPDATE chatbots c
  SET erase_horizon = coalesce(c.erase_horizon, pg_snapshot_xmax(pg_current_snapshot()))
  FROM taken WHERE c.id = taken.id
  RETURNING c.id, c.erase_horizon <= pg_snapshot_xmin(pg_current_snapshot()) AS last`
const LEADS_OF = 'SELECT id FROM leads WHERE chatbot_id = $1 ORDER BY id LIMIT $2'
const DELETE_CONVERSATIONS_OF = 'DELETE FROM conversations WHERE chatbot_id = $1'
const DELETE_CHATBOT = 'DELETE FROM chatbots WHERE id = $1'
