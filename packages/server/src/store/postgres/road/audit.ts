/** The audit log: an entry is written in the transaction that makes the change. */

import type { NewAuditEntry } from '../../desk.ts'
import { isDone } from '../../reading/access-rows.ts'
import type { Database } from '../connection/database.ts'
import type { Transaction } from '../connection/transaction.ts'

/** Runs `work` in one transaction that keeps `audit` too, if the change is made. */
export function transactAudited<T>(
  database: Database,
  audit: NewAuditEntry | undefined,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return database.transact(async (tx) => {
    const value = await work(tx)
    if (audit && isDone(value)) keepAudit(tx, audit)
    return value
  })
}

export function keepAudit(tx: Transaction, entry: NewAuditEntry): void {
  const { id, action, actor, sessionId, chatbotId, targetId, fields, address } = entry
  tx.send(INSERT, [
    id,
    tx.now,
    action,
    actor,
    sessionId,
    chatbotId,
    targetId,
    JSON.stringify(fields),
    address,
  ])
}

/** Up to `limit` entries of before `before`, in the order of their ids; how many. */
export async function pruneAudit(
  tx: Transaction,
  { floor, before, limit }: { floor: string; before: number; limit: number },
): Promise<number> {
  return (await tx.query(DELETE_OLD, [floor, before, limit])).length
}

const INSERT = `INSERT INTO audit_log
  (id, at, action, actor, session_id, chatbot_id, target_id, fields, address)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
const DELETE_OLD = `DELETE FROM audit_log WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM audit_log WHERE id < $1 AND at < $2
  ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING 1`
