/** Sessions and links that have run out, and old entries of the audit log. */
import type { Core } from '../../core.ts'

/** How many. */
export function pruneAccess(core: Core, limit: number, now: number): number {
  const links = core.runCounting(DELETE_OLD_LINKS, now, limit)
  return links + core.runCounting(DELETE_OLD_SESSIONS, now, limit - links)
}

/** Up to `limit` entries of before `before`, in the order of their ids; how many. */
export function pruneAudit(
  core: Core,
  { floor, before, limit }: { floor: string; before: number; limit: number },
): number {
  return core.runCounting(DELETE_OLD, floor, before, limit)
}

const DELETE_OLD_LINKS = `DELETE FROM owner_links WHERE id IN
  (SELECT id FROM owner_links WHERE expires_at <= ? LIMIT ?)`
const DELETE_OLD_SESSIONS = `DELETE FROM sessions WHERE id IN
  (SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?)`
const DELETE_OLD = `DELETE FROM audit_log WHERE id IN
  (SELECT id FROM audit_log WHERE id < ? AND at < ? ORDER BY id LIMIT ?)`
