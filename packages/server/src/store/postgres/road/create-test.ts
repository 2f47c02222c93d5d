/** An event that an owner sends to try a webhook out, claimed at once by who asked for it. */
import { deliveryIdOf } from '../../../id.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { Claim } from '../../road.ts'
import type { Transaction } from '../connection/transaction.ts'
import { CLAIMED_ROW } from './rows.ts'
import { shapedOf } from './shaped.ts'

interface NewTest {
  nodeId: string
  webhookId: string
  eventId: string
  eventType: string
  payload: string
}

export async function createTest(tx: Transaction, input: NewTest): Promise<Claim | null> {
  const { nodeId, webhookId, eventId, eventType, payload } = input
  const [webhook] = await tx.query<{ chatbot_id: string; shape: string | null }>(WEBHOOK, [
    webhookId,
  ])
  if (!webhook) return null
  const chatbotId = webhook.chatbot_id
  const deliveryId = deliveryIdOf(eventId, 1)
  tx.send(INSERT_TEST_EVENT, [eventId, chatbotId, eventType, payload, tx.now])
  const values = [deliveryId, webhookId, chatbotId, eventType, tx.now, nodeId, webhook.shape]
  const [row] = await tx.query<DeliveryRow>(INSERT_TEST, values)
  tx.backlogDelta += 1
  if (row) tx.deliveryMoved(row)
  const shaped = row && (await shapedOf(tx, [row])).get(deliveryId)
  return {
    deliveryId,
    eventId,
    webhookId,
    chatbotId,
    eventType,
    payload,
    kind: 'test',
    attemptNumber: 1,
    seriesAttempts: 0,
    ...(shaped && { shaped }),
  }
}

const WEBHOOK = 'SELECT chatbot_id, shape FROM webhooks WHERE id = $1'
const INSERT_TEST_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
  VALUES ($1, $2, $3, $4, $5)`
const INSERT_TEST = `INSERT INTO claimed (id, webhook_id, chatbot_id, event_type, due_at, claimed_by,
    created_at, updated_at, kind, state, attempt_count, series_attempts, shape)
  VALUES ($1, $2, $3, $4, $5, $6, $5, $5, 'test', 'pending', 0, 0, $7) RETURNING ${CLAIMED_ROW}`
