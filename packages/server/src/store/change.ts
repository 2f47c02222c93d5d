/** What a commit tells those who listen. */
import type { DeliveryState } from '../delivery.ts'

export type Change =
  | { type: 'delivery.updated'; at: number; chatbotId: string; delivery: DeliveryChange }
  | { type: 'lead.created'; at: number; chatbotId: string; leadId: string; eventId: string }
  | {
      type: 'webhook.updated'
      at: number
      chatbotId: string
      webhookId: string
      /** `health`: it began to fail, or no longer does; its settings and state are as they were. */
      aspect: 'settings' | 'health'
    }

export interface DeliveryChange {
  id: string
  eventId: string
  webhookId: string
  eventType: string
  state: DeliveryState
  attemptCount: number
  lastStatus: number | null
  lastError: string | null
}
