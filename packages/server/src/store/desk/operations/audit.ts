/** The audit log: an entry is written in the transaction that makes the change. */
import type { NewAuditEntry } from '../../desk.ts'
import { answerOf, type DeskTransaction, type Steps } from './transaction.ts'

/** Of what changed nothing: something was shown. */
export function* keepAudit(tx: DeskTransaction, entry: NewAuditEntry): Steps<void> {
  yield* answerOf(noteAudit(tx, entry))
}

export function noteAudit(tx: DeskTransaction, entry: NewAuditEntry): void {
  const { id, action, actor, sessionId, chatbotId, targetId, fields, address } = entry
  const text = JSON.stringify(fields)
  tx.send(INSERT, [id, tx.now, action, actor, sessionId, chatbotId, targetId, text, address])
}

/**
 * Whether a change was made, and so leaves an entry: not if it is null, false, a word for why not, or
 * what was made before (once.ts).
 */
export function isDone(value: unknown): boolean {
  if (value === null || value === false || typeof value === 'string') return false
  return !isRepeated(value)
}

/** What was made before, by a call that was repeated (once.ts). */
export interface Repeated<Row> {
  /** As it is now. */
  repeated: Row
}

export function isRepeated(value: unknown): value is Repeated<unknown> {
  return typeof value === 'object' && value !== null && 'repeated' in value
}

const INSERT = `INSERT INTO audit_log
  (id, at, action, actor, session_id, chatbot_id, target_id, fields, address)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
