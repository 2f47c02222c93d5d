/** Deliveries that are moved by hand, and people who are erased, as the desk is asked for them. */
import type { Desk, NewAuditEntry, NewRecovery, Recovery } from '../desk.ts'
import { countRecoverable, countWaiting, findWebhookRow } from '../reading/reads.ts'
import { toDelivery, toRecovery } from '../reading/rows.ts'
import type { DeskParts } from './parts.ts'

export function deliveryDesk(parts: DeskParts) {
  const { calls } = parts
  return {
    resend: async (deliveryId, audit) => {
      const row = await calls.resend(deliveryId, audit)
      return row === null || typeof row === 'string' ? row : toDelivery(row)
    },
    cancel: async (deliveryId, reason, audit) => {
      const row = await calls.cancel({ deliveryId, reason }, audit)
      return row === null || typeof row === 'string' ? row : toDelivery(row)
    },
    sendWaiting: (webhookId, audit) => sendWaiting(parts, webhookId, audit),
    createRecovery: (recovery, audit) => createRecovery(parts, recovery, audit),
    eraseLead: (leadId, reason, audit) => calls.eraseLead({ leadId, reason }, audit),
  } satisfies Partial<Desk>
}

/** Counted as a recovery is. */
async function sendWaiting(
  parts: DeskParts,
  webhookId: string,
  audit?: NewAuditEntry,
): ReturnType<Desk['sendWaiting']> {
  const now = await parts.calls.readClock(null)
  const webhook = await findWebhookRow(parts, webhookId)
  if (!webhook) return null
  // Through a rest also what it holds.
  const dueAfter = webhook.resting_until === null ? now : null
  const count = await countWaiting(parts, { webhookId, dueAfter })
  const row = await parts.calls.markWaiting(webhookId, audit)
  return row === null || typeof row === 'string' ? row : { count }
}

/** The count may take its time: it runs where lists do, not where commits do. */
async function createRecovery(
  parts: DeskParts,
  recovery: NewRecovery,
  audit?: NewAuditEntry,
): Promise<Recovery | null> {
  const { calls } = parts
  const now = await calls.readClock(null)
  // What it resends finishes later, and so never enters its span again.
  const clamped = { ...recovery, until: Math.min(recovery.until, now) }
  if (!(await findWebhookRow(parts, recovery.webhookId))) return null
  const total = await countRecoverable(parts, clamped)
  const { id, webhookId, since, until, states, dryRun } = clamped
  const values = { id, webhookId, since, until, states, total }
  if (dryRun) return { ...values, done: 0, createdAt: now, finishedAt: null }
  const row = await calls.createRecovery(values, audit)
  return row && toRecovery(row)
}
