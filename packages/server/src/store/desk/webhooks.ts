/**
 * Webhooks, as the desk is asked for them. What is secret is sealed and opened here; an engine keeps
 * it as it is. What is sealed from something that was read is written only over that: a change that
 * came between is read, and sealed for, anew.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Desk, NewAuditEntry, WebhookChange } from '../desk.ts'
import { findWebhookRow } from '../reading/reads.ts'
import { toWebhook, type WebhookRow } from '../reading/rows.ts'
import { webhookColumns } from '../reading/settings-columns.ts'
import { madeRow, onceRecord } from './once.ts'
import type { DeskParts } from './parts.ts'

export function webhookDesk(parts: DeskParts) {
  const { calls, encryption } = parts
  const opened = (row: WebhookRow | null) => row && toWebhook(row, encryption)
  return {
    createWebhook: async (given, audit) => {
      const { id, chatbotId, secret, listen, webhooksMax, once, ...settings } = given
      const seal = sealFor(parts, id)
      const values = {
        id,
        chatbotId,
        columns: webhookColumns(settings, seal),
        secret: seal('secret', secret),
        ...(listen && { listen }),
        webhooksMax,
        once: onceRecord(parts, once),
      }
      const row = madeRow(await calls.createWebhook(values, audit))
      return typeof row === 'string' ? row : toWebhook(row, encryption)
    },
    updateWebhook: (id, change, audit, versions) =>
      update(parts, { id, change, ...(versions && { versions }) }, audit),
    deleteWebhook: (id, audit, versions) =>
      calls.deleteWebhook({ id, ...(versions && { versions }) }, audit),
    rotateSecret: (id, rotation, audit) => rotate(parts, { id, ...rotation }, audit),
    finishRotation: async (id, audit) => opened(await calls.finishRotation(id, audit)),
    setWebhookState: async (id, state, reason, audit) =>
      opened(await calls.setWebhookState({ id, state, reason }, audit)),
  } satisfies Partial<Desk>
}

interface Update {
  id: string
  change: WebhookChange
  versions?: readonly string[]
}

async function update(
  parts: DeskParts,
  { id, change, versions }: Update,
  audit?: NewAuditEntry,
): ReturnType<Desk['updateWebhook']> {
  const { calls, encryption } = parts
  for (;;) {
    const { fresh, expected } = await compared(parts, id, change)
    const columns = webhookColumns(fresh, sealFor(parts, id))
    const patch = { id, columns, ...(expected && { expected }), ...(versions && { versions }) }
    const row = await calls.updateWebhook(patch, audit)
    if (row === 'changed_meanwhile') continue
    return row === null || typeof row === 'string' ? row : toWebhook(row, encryption)
  }
}

/** Without what is there already: sealed anew it would look new, and only who has the key can tell. */
async function compared(parts: DeskParts, id: string, change: WebhookChange) {
  if (change.url === undefined && change.headers === undefined) return { fresh: change }
  const before = await findWebhookRow(parts, id)
  if (!before) return { fresh: change }
  const { url, headers } = toWebhook(before, parts.encryption)
  const fresh = { ...change }
  if (fresh.url === url) delete fresh.url
  if (fresh.headers && isDeepStrictEqual(fresh.headers, headers)) delete fresh.headers
  return { fresh, expected: { url: before.url, headers: before.headers } }
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
