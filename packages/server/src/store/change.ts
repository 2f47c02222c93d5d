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
      /**
       * `health`: it began to fail, or no longer does. `rest`: it rests, for longer, or no longer.
       * Its settings and state are as they were.
       */
      aspect: 'settings' | 'rest' | 'health'
    }

type Aspect = Extract<Change, { type: 'webhook.updated' }>['aspect']
const ASPECTS: readonly Aspect[] = ['health', 'rest', 'settings']

/** Of two changes of a webhook in one commit one is told: the one that more follows from. */
export function widerAspect(one: Aspect, other: Aspect): Aspect {
  return ASPECTS.indexOf(one) > ASPECTS.indexOf(other) ? one : other
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

/**
 * Where a reading of changes goes on. Made by the store, and only for as long as it is read: what a
 * client comes back with is an instant.
 */
export interface ChangePlace {
  at: number
  /** Which of the places where changes are kept; at one instant they are read one after another. */
  source: number
  /** The last row of it that was read, at this very instant; null: none. */
  key: string | number | null
}

export interface ChangePage {
  changes: Change[]
  /** Null: that is all, as of now. A page that is short, or empty, doesn't say so. */
  next: ChangePlace | null
}
