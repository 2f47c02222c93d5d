/** An event that an owner sends to try a webhook out, claimed at once by who asked for it. */
import { deliveryIdOf } from '../../../id.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { Claim } from '../../road.ts'
import type { Core } from '../core.ts'
import { addDelivery } from './rows.ts'
import { shapedOf } from './shaped.ts'

interface NewTest {
  nodeId: string
  webhookId: string
  eventId: string
  eventType: string
  payload: string
}

export function createTest(core: Core, input: NewTest): Claim | null {
  const { tx } = core
  const { nodeId, webhookId, eventId, eventType, payload } = input
  const webhook = core.get<{ chatbot_id: string; shape: string | null }>(WEBHOOK, webhookId)
  if (!webhook) return null
  const chatbotId = webhook.chatbot_id
  const deliveryId = deliveryIdOf(eventId, 1)
  core.run(INSERT_TEST_EVENT, eventId, chatbotId, eventType, payload, tx.now)
  const row: DeliveryRow = {
    id: deliveryId,
    webhook_id: webhookId,
    chatbot_id: chatbotId,
    event_type: eventType,
    kind: 'test',
    state: 'pending',
    state_reason: null,
    attempt_count: 0,
    series_attempts: 0,
    uncharged_since: null,
    due_at: tx.now,
    schedule_due_at: null,
    claimed_by: nodeId,
    last_status: null,
    last_error: null,
    created_at: tx.now,
    shape: webhook.shape,
    finished_at: null,
    updated_at: tx.now,
  }
  addDelivery(core, row)
  tx.backlogDelta += 1
  tx.deliveryMoved(row)
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
    ...shapedOf(core, row),
  }
}

const WEBHOOK = 'SELECT chatbot_id, shape FROM webhooks WHERE id = ?'
const INSERT_TEST_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
  VALUES (?, ?, ?, ?, ?)`
