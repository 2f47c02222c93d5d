/** Keys, sessions, links and the audit log, as the desk is asked for them. */
import type { Desk } from '../desk.ts'
import { toApiKey, toOwnerLink, toSession } from '../reading/access/access-rows.ts'
import { madeRow, onceRecord } from './once.ts'
import type { DeskParts } from './parts.ts'

export function accessDesk(parts: DeskParts) {
  const { calls } = parts
  return {
    createApiKey: async (key, audit) => {
      const values = { ...key, once: onceRecord(parts, key.once) }
      const row = madeRow(await calls.createApiKey(values, audit))
      return typeof row === 'string' ? row : toApiKey(row)
    },
    deleteApiKey: (id, audit) => calls.deleteApiKey(id, audit),
    findApiKey: async (hash) => {
      const row = await calls.findApiKey(hash)
      return row && toApiKey(row)
    },
    touchApiKey: (id) => calls.touchApiKey(id),
    createOwnerLink: async (link, audit) => {
      const values = { ...link, once: onceRecord(parts, link.once) }
      const row = madeRow(await calls.createOwnerLink(values, audit))
      return typeof row === 'string' ? row : toOwnerLink(row)
    },
    startSession: async (session, audit) => {
      const row = await calls.startSession(session, audit)
      return row && toSession(row)
    },
    startSessionByLink: async (session, audit) => {
      const row = await calls.startSessionByLink({ session, audit: audit ?? null })
      return row && toSession(row)
    },
    findSession: async (hash) => {
      const row = await calls.findSession(hash)
      return row && toSession(row)
    },
    touchSession: (id, idleMs) => calls.touchSession({ id, idleMs }),
    endSession: (id, audit) => calls.endSession(id, audit),
    keepAudit: (entry) => calls.keepAudit(entry),
  } satisfies Partial<Desk>
}
