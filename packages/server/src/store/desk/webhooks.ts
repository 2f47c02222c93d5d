/**
 * Webhooks, as the desk is asked for them. What is secret is sealed and opened here; an engine keeps
 * it as it is. What is sealed from something that was read is written only over that: a change that
 * came between is read, and sealed for, anew.
 */
import type { Desk, NewAuditEntry, WebhookChange } from '../desk.ts'
import { findWebhookRow } from '../reading/reads.ts'
import { toWebhook, type WebhookRow } from '../reading/rows.ts'
import { webhookColumns } from '../reading/settings-columns.ts'
import type { DeskParts } from './parts.ts'

export function webhookDesk(parts: DeskParts) {
  const { calls, encryption } = parts
  const opened = (row: WebhookRow | null) => row && toWebhook(row, encryption)
  return {
    createWebhook: async ({ id, chatbotId, secret, listen, webhooksMax, ...settings }, audit) => {
      const seal = sealFor(parts, id)
      const values = {
        id,
        chatbotId,
        columns: webhookColumns(settings, seal),
        secret: seal('secret', secret),
        ...(listen && { listen }),
        webhooksMax,
      }
      const row = await calls.createWebhook(values, audit)
      return typeof row === 'string' ? row : toWebhook(row, encryption)
    },
    updateWebhook: (id, change, audit) => update(parts, { id, change }, audit),
    deleteWebhook: (id, audit) => calls.deleteWebhook(id, audit),
    rotateSecret: (id, rotation, audit) => rotate(parts, { id, ...rotation }, audit),
    finishRotation: async (id, audit) => opened(await calls.finishRotation(id, audit)),
    setWebhookState: async (id, state, reason, audit) =>
      opened(await calls.setWebhookState({ id, state, reason }, audit)),
  } satisfies Partial<Desk>
}

async function update(
  parts: DeskParts,
  { id, change }: { id: string; change: WebhookChange },
  audit?: NewAuditEntry,
): ReturnType<Desk['updateWebhook']> {
  const { calls, encryption } = parts
  const columns = webhookColumns(change, sealFor(parts, id))
  for (;;) {
    const url = change.url === undefined ? {} : await comparedUrl(parts, id, change.url)
    const row = await calls.updateWebhook({ id, columns, ...url }, audit)
    if (row === 'changed_meanwhile') continue
    return row && toWebhook(row, encryption)
  }
}

/** Whether it is another than what is there: only who has the key can tell. */
async function comparedUrl(parts: DeskParts, id: string, url: string) {
  const before = await findWebhookRow(parts, id)
  if (!before) return {}
  const isNew = parts.encryption.decrypt(before.url, { rowId: id, column: 'url' }) !== url
  return { url: { expected: before.url, isNew } }
}

/** The old secret is sealed anew for its new column. */
async function rotate(
  parts: DeskParts,
  { id, secret, overlapMs }: { id: string; secret: string; overlapMs: number },
  audit?: NewAuditEntry,
): ReturnType<Desk['rotateSecret']> {
  const { calls, encryption } = parts
  const seal = sealFor(parts, id)
  for (;;) {
    const before = await findWebhookRow(parts, id)
    if (!before) return null
    const old = encryption.decrypt(before.secret, { rowId: id, column: 'secret' })
    const rotation = {
      id,
      overlapMs,
      expectedSecret: before.secret,
      secret: seal('secret', secret),
      previousSecret: seal('previous_secret', old),
    }
    const row = await calls.rotateSecret(rotation, audit)
    if (row === 'changed_meanwhile') continue
    return row === null || typeof row === 'string' ? row : toWebhook(row, encryption)
  }
}

function sealFor({ encryption }: DeskParts, rowId: string) {
  return (column: string, text: string) => encryption.encrypt(text, { rowId, column })
}
