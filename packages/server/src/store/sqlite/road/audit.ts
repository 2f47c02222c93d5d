/** The audit log: an entry is written in the transaction that makes the change. */
import type { NewAuditEntry } from '../../desk.ts'
import type { Core } from '../core.ts'

export function keepAudit(core: Core, entry: NewAuditEntry): void {
  const { id, action, actor, sessionId, chatbotId, targetId, fields, address } = entry
  core.run(
    INSERT,
    id,
    core.tx.now,
    action,
    actor,
    sessionId,
    chatbotId,
    targetId,
    JSON.stringify(fields),
    address,
  )
}

/** Up to `limit` entries of before `before`, in the order of their ids; how many. */
export function pruneAudit(
  core: Core,
  { floor, before, limit }: { floor: string; before: number; limit: number },
): number {
  return core.run(DELETE_OLD, floor, before, limit)
}

const INSERT = `INSERT INTO audit_log
  (id, at, action, actor, session_id, chatbot_id, target_id, fields, address)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
const DELETE_OLD = `DELETE FROM audit_log WHERE id IN
  (SELECT id FROM audit_log WHERE id < ? AND at < ? ORDER BY id LIMIT ?)`
