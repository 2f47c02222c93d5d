import { DELIVERY_STATES, type DeliveryState } from './delivery.ts'
import type { CustomValue, LeadContext } from './wants/seen-event.ts'

/**
 * What a visitor left with a chatbot. Fields are always strings: unknown is `""`, never null,
 * because receivers in the wild call string methods on them (wire-format, Body, 3).
 */
export interface Lead {
  id: string
  chatbotId: string
  conversationId: string
  eventId: string
  customerName: string
  customerEmail: string
  customerPhone: string
  /** Null: nothing was asked for. */
  consent: LeadConsent | null
  /** Null: none were given. */
  extras: LeadExtras | null
  createdAt: number
}

/** A lead, and what became of it. */
export interface ListedLead extends Lead {
  deliveries: LeadDeliveries
}

/** How many of its deliveries are in which state; none at all once RETENTION has deleted them. */
export interface LeadDeliveries extends Record<DeliveryState, number> {
  /** Of the pending ones: an attempt has failed, and the next one waits for its time. */
  retrying: number
  /** Of the delivered ones: what took it seems to be nobody who takes events. */
  doubted: number
}

/** What its owner should look at first. Null: no delivery is known. */
export function worstState({ retrying, ...states }: LeadDeliveries): LeadState | null {
  const pending = states.pending - retrying
  const counts = { ...states, retrying, pending }
  return LEAD_STATES.find((state) => counts[state] > 0) ?? null
}

export function countDeliveries(deliveries: LeadDeliveries): number {
  return DELIVERY_STATES.reduce((sum, state) => sum + deliveries[state], 0)
}

export const LEAD_STATES = [
  'exhausted',
  'retrying',
  'parked',
  'pending',
  'delivered',
  'cancelled',
] as const
export type LeadState = (typeof LEAD_STATES)[number]

/** What a visitor was asked to agree to, and said: the server's own text and time, never the page's. */
export interface LeadConsent {
  given: boolean
  text: string
  at: number
  /** Origin and path of the visitor's page. */
  page: string
}

/** What a lead brings beside who it is. Kept as JSON with it, and gone with it. */
export interface LeadExtras {
  /** The owner's own fields, in the order of the form, then of the page. */
  custom: Record<string, CustomValue>
  /** Null: nothing is known of the page. */
  context: LeadContext | null
  channel: string
}

/** Where a lead comes from, unless its caller says another. */
export const DEFAULT_CHANNEL = 'website'

/** What leads were left in. Its messages are the chatbot's: none of them is kept here. */
export interface Conversation {
  /** Ours, or the caller's own, kept as given. */
  id: string
  chatbotId: string
  /** When the first lead was left in it. */
  createdAt: number
}

/** That a lead was erased: all that is left of it. */
export interface Erasure {
  id: string
  leadId: string
  chatbotId: string
  eventId: string
  reason: ErasureReason
  erasedAt: number
}

/** Somebody asked for it, its time was over, or its chatbot was deleted. */
export const ERASURE_REASONS = ['request', 'retention', 'chatbot_deleted'] as const
export type ErasureReason = (typeof ERASURE_REASONS)[number]

export interface LeadPayload {
  conversationId: string
  customerEmail: string
  customerName: string
  customerPhone: string
}

/** The payload in the guide's order of keys, as the text that is stored and sent. */
export function leadPayloadText(lead: LeadPayload): string {
  const { conversationId, customerEmail, customerName, customerPhone } = lead
  return JSON.stringify({ conversationId, customerEmail, customerName, customerPhone })
}
