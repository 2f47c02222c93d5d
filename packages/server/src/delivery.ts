/**
 * One event on its way to one webhook.
 *
 *   pending ──► delivered
 *      │  ▲──── retry: pending again, due later
 *      ├──► exhausted           after the schedule's last attempt
 *      ├──► parked ──► pending  webhook paused, disabled or away ──► resumed
 *      │      └──► cancelled
 *      └──► cancelled           by the owner, or its webhook was deleted
 *   resend: delivered | exhausted | cancelled ──► pending, a new series of attempts
 */
export const DELIVERY_STATES = ['pending', 'delivered', 'exhausted', 'parked', 'cancelled'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export const RESENDABLE: readonly DeliveryState[] = ['delivered', 'exhausted', 'cancelled']
export const CANCELLABLE: readonly DeliveryState[] = ['pending', 'parked']

export interface Delivery {
  id: string
  eventId: string
  webhookId: string
  chatbotId: string
  /** The spelling that the webhook subscribed with. */
  eventType: string
  /** `test`: sent once on request, never retried, not counted in the webhook's health. */
  kind: DeliveryKind
  state: DeliveryState
  /** Why it was parked or cancelled; null otherwise. */
  stateReason: StateReason | null
  /** Attempts recorded, over all series. */
  attemptCount: number
  /** Attempts of this series that count against the schedule. */
  seriesAttempts: number
  /** When the next attempt is due; null unless pending. */
  dueAt: number | null
  /** The schedule's time for it, where it was brought forward in this wait; else null. */
  scheduleDueAt: number | null
  /** Whether a node holds it now: queued in its lane, or being sent. */
  claimed: boolean
  /** Last attempt's status, or null. */
  lastStatus: number | null
  /** Last attempt's fault or reason, or null. */
  lastError: string | null
  /** Of the attempt that ended it, as far as its list knows; null: it is not over, or nobody asked. */
  durationMs: number | null
  /** What the answer that took it said of itself; null: nothing, or it was not taken. */
  lastNote: AnswerNote | null
  createdAt: number
  finishedAt: number | null
  updatedAt: number
}

export type DeliveryKind = 'event' | 'test'

export type StateReason =
  | 'webhook_paused'
  | 'webhook_disabled'
  | 'listener_away'
  | 'webhook_deleted'
  | 'cancelled_by_owner'
  | 'lead_erased'
  | 'retention'

/** One HTTP request of a delivery and what came back. Append-only. */
export interface Attempt {
  id: string
  deliveryId: string
  /** From 1, over all series. */
  number: number
  startedAt: number
  durationMs: number
  result: 'delivered' | 'failed'
  /** HTTP status, or null when no answer came. */
  status: number | null
  /** Null for a 2xx; else a stable word (`timeout`, `private-address`, …) and a sentence. */
  errorCode: string | null
  error: string | null
  responseHeaders: Record<string, string>
  /** First 2 KiB, decoded as UTF-8 with replacement. */
  responseBody: string
  /** What a JSON answer said of itself (wire-format: what counts as delivered). */
  note: AnswerNote | null
}

export type AnswerNote = 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page'

/** Taken, and yet it seems that nobody has it. */
export function isDoubtful(note: AnswerNote | null): note is 'body_says_failed' | 'web_page' {
  return note === 'body_says_failed' || note === 'web_page'
}

/**
 * Of a delivery's attempts the newest are shown with it. Whoever resends one again and again makes
 * thousands: all of them are read page by page.
 */
export const ATTEMPTS_SHOWN_MAX = 100
