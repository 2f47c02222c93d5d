/**
 * Accepting: events, their deliveries, lead and idempotency record, all or nothing.
 * What is leased at once never enters the index of claimable deliveries.
 */
import type { AcceptInput } from '../../road.ts'
import { FilterJudge } from '../../rules/keep-back.ts'
import { IDEMPOTENCY_MS } from '../../rules/retention.ts'
import type { Core } from '../core.ts'
import { insertDelivery, insertEvent, keepBack } from './insertions.ts'

/** Over the thread's boundary: claims without payloads, which the caller has. */
export type AcceptReply =
  | { kind: 'accepted'; made: MadeDelivery[]; waiting: string[]; acceptedAt: number }
  | { kind: 'replayed'; answer: string }
  | { kind: 'conflict' }
  | { kind: 'erased' }
  | { kind: 'chatbot_not_found' }
  | { kind: 'backlog_full' }

/** A delivery that is leased to the offer's node, of event number `eventIndex`. */
interface MadeDelivery {
  eventIndex: number
  deliveryId: string
  webhookId: string
  spelling: string
  /** What its shape says; null: the guide's form. */
  shape: string | null
}

type Idempotency = NonNullable<AcceptInput['idempotency']>

interface IdempotencyRow {
  body_hash: string
  answer: string
  erased: number
  created_at: number
}

const NONE: readonly string[] = []

export function accept(core: Core, input: AcceptInput): AcceptReply {
  const { chatbotId, events, idempotency } = input
  const subscribers = events.map((event) => core.subscribers(chatbotId, event.eventType))
  if (subscribers.includes(null) || !chatbotExists(core, input)) {
    return { kind: 'chatbot_not_found' }
  }
  const repeat = idempotency && findRepeat(core, chatbotId, idempotency)
  if (repeat) return repeat
  if (core.backlog + core.tx.backlogDelta >= input.backlogMax) return { kind: 'backlog_full' }
  if (idempotency) keepAnswer(core, chatbotId, idempotency)
  const { lease } = input
  const nodeId = lease && core.isLive(lease.nodeId) ? lease.nodeId : null
  const except = core.asSet(lease?.except ?? NONE)
  const made: MadeDelivery[] = []
  const waiting = new Set<string>()
  for (const [eventIndex, event] of events.entries()) {
    insertEvent(core, input, event)
    const judge = new FilterJudge({ ...event, chatbotId, at: core.tx.now })
    let ordinal = 0
    for (const subscriber of subscribers[eventIndex] ?? []) {
      const against = judge.reasonAgainst(subscriber.filter)
      if (against !== null) {
        keepBack(core, event.id, subscriber.webhookId, against)
        continue
      }
      ordinal += 1
      const { webhookId, spelling, state, listenerId, shapeBody: shape } = subscriber
      const active = state === 'active'
      const takes = listenerId === null && !except.has(webhookId)
      const claimedBy = active && takes && !core.isResting(webhookId) ? nodeId : null
      const deliveryId = insertDelivery(core, event.id, subscriber, {
        chatbotId,
        claimedBy,
        ordinal,
      })
      if (claimedBy) made.push({ eventIndex, deliveryId, webhookId, spelling, shape })
      else if (active) waiting.add(webhookId)
    }
  }
  return { kind: 'accepted', made, waiting: [...waiting], acceptedAt: core.tx.now }
}

/** `subscribers` has looked already, unless there is no event. */
function chatbotExists(core: Core, { chatbotId, events }: AcceptInput): boolean {
  return events.length > 0 || core.subscribers(chatbotId, '') !== null
}

function findRepeat(
  core: Core,
  chatbotId: string,
  { route, key, bodyHash }: Idempotency,
): AcceptReply | null {
  const found = core.get<IdempotencyRow>(READ_IDEMPOTENCY, chatbotId, route, key)
  if (!found || found.created_at <= core.tx.now - IDEMPOTENCY_MS) return null
  // Nothing is left by which its body could be told from another.
  if (found.erased) return { kind: 'erased' }
  if (found.body_hash !== bodyHash) return { kind: 'conflict' }
  return { kind: 'replayed', answer: found.answer }
}

function keepAnswer(core: Core, chatbotId: string, record: Idempotency): void {
  const { route, key, bodyHash, answer } = record
  core.run(KEEP_IDEMPOTENCY, chatbotId, route, key, bodyHash, answer, core.tx.now)
}

const READ_IDEMPOTENCY = `SELECT body_hash, answer, erased, created_at FROM idempotency
  WHERE chatbot_id = ? AND route = ? AND key = ?`
const KEEP_IDEMPOTENCY = `INSERT OR REPLACE INTO idempotency
  (chatbot_id, route, key, body_hash, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)`
