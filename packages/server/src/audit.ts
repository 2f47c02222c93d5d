/**
 * What was done, by whom and from where. Append-only; it names fields, never values, so that it
 * holds no secret and nobody's personal data but the address of who did it.
 */

export const AUDIT_ACTIONS = [
  'chatbot.created',
  'chatbot.updated',
  'chatbot.deleted',
  'webhook.created',
  'webhook.updated',
  'webhook.deleted',
  'webhook.paused',
  'webhook.resumed',
  'webhook.listened',
  'webhook.secret_shown',
  'webhook.secret_rotated',
  'webhook.rotation_finished',
  'webhook.recovery_started',
  'webhook.waiting_sent',
  'webhook.set_aside',
  'delivery.resent',
  'delivery.cancelled',
  'event.sent',
  'deliveries.resent',
  'deliveries.cancelled',
  'webhook.backfilled',
  'bulk.stopped',
  'lead.erased',
  'lead.exported',
  'leads.exported',
  'key.created',
  'key.deleted',
  'owner_link.created',
  'session.started',
  'session.ended',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export interface AuditEntry {
  id: string
  at: number
  action: AuditAction
  /** `root`, a key's id or an owner link's. */
  actor: string
  /** The session in which it was done; null: with the key itself. */
  sessionId: string | null
  chatbotId: string | null
  /** What it was done to; null: a list. */
  targetId: string | null
  /** Names of the fields that were given. */
  fields: string[]
  /** The client's. */
  address: string
}

/** More than a year, so that "the same time last year" can still be answered. */
export const AUDIT_MS = 400 * 24 * 3_600_000

/** Its instant is the commit's. */
export type NewAuditEntry = Omit<AuditEntry, 'at'>
