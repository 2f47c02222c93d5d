/** Sessions and links that have run out, and old entries of the audit log. */
import type { Transaction } from '../../connection/transaction.ts'

/** How many. */
export async function pruneAccess(tx: Transaction, limit: number): Promise<number> {
  const links = await tx.query(DELETE_OLD_LINKS, [tx.now, limit])
  const sessions = await tx.query(DELETE_OLD_SESSIONS, [tx.now, limit - links.length])
  return links.length + sessions.length
}

/** Up to `limit` entries of before `before`, in the order of their ids; how many. */
export async function pruneAudit(
  tx: Transaction,
  { floor, before, limit }: { floor: string; before: number; limit: number },
): Promise<number> {
  return (await tx.query(DELETE_OLD, [floor, before, limit])).length
}

const DELETE_OLD_LINKS = `DELETE FROM owner_links WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM owner_links WHERE expires_at <= $1
  LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const DELETE_OLD_SESSIONS = `DELETE FROM sessions WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM sessions WHERE expires_at <= $1
  LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const DELETE_OLD = `DELETE FROM audit_log WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM audit_log WHERE id < $1 AND at < $2
  ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING 1`
