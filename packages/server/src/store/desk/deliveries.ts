/** Deliveries that are moved by hand, and people who are erased, as the desk is asked for them. */
import type { Desk, NewAuditEntry, NewRecovery, SetAside } from '../desk.ts'
import { countGivenUp, GIVEN_UP_COUNTED_MAX } from '../reading/figures/given-up.ts'
import { countRecoverable, countWaiting, findWebhookRow } from '../reading/reads.ts'
import { toDelivery, toRecovery } from '../reading/rows.ts'
import { madeRow, onceRecord } from './once.ts'
import { isRepeated } from './operations/audit.ts'
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
    sendEvent: async (event, audit) => {
      const row = await calls.sendEvent(event, audit)
      if (typeof row === 'string') return row
      return isRepeated(row) ? { kind: 'had_it', ...row.repeated } : toDelivery(row)
    },
    sendWaiting: (webhookId, audit) => sendWaiting(parts, webhookId, audit),
    createRecovery: (recovery, audit) => createRecovery(parts, recovery, audit),
    setAside: (webhookId, until, audit) => setAside(parts, { webhookId, until }, audit),
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
): ReturnType<Desk['createRecovery']> {
  const { calls } = parts
  const now = await calls.readClock(null)
  // What it resends finishes later, and so never enters its span again.
  const clamped = { ...recovery, until: Math.min(recovery.until, now) }
  if (!(await findWebhookRow(parts, recovery.webhookId))) return null
  const total = await countRecoverable(parts, clamped)
  const { id, webhookId, since, until, states, dryRun } = clamped
  const shown = { id, webhookId, since, until, states, total }
  if (dryRun) return { ...shown, done: 0, createdAt: now, finishedAt: null }
  const { lastStatus = null, lastError = null } = recovery
  const once = onceRecord(parts, recovery.once)
  const values = { ...shown, lastStatus, lastError, once }
  const row = madeRow(await calls.createRecovery(values, audit))
  return row === null || typeof row === 'string' ? row : toRecovery(row)
}

/** Counted where lists are read, after it was done: the span is the one that was written. */
async function setAside(
  parts: DeskParts,
  { webhookId, until }: { webhookId: string; until: number | null },
  audit?: NewAuditEntry,
): Promise<SetAside | null> {
  const before = await findWebhookRow(parts, webhookId)
  if (!before) return null
  const row = await parts.calls.setAside({ id: webhookId, until }, audit)
  if (!row) return null
  const setAsideUntil = row.set_aside_until ?? 0
  const span = { webhookId, since: before.set_aside_until ?? 0, until: setAsideUntil }
  const [found] = await parts.run([countGivenUp(parts.db, span)])
  const count = Number((found as { count: number }[])[0]?.count ?? 0)
  const more = count > GIVEN_UP_COUNTED_MAX
  return { count: Math.min(count, GIVEN_UP_COUNTED_MAX), more, setAsideUntil }
}
