/**
 * Making something once, whatever its caller sends again: the record of an `Idempotency-Key` is made
 * in the transaction that makes the thing, so that of two at once the second waits for the first, and
 * finds what it made. It holds the thing's id, and nothing that an answer shows.
 */
import type { OnceRefusal } from '../../desk.ts'
import { IDEMPOTENCY_MS } from '../../rules/retention.ts'
import { isDone, type Repeated } from './audit.ts'
import { answerOf, type DeskTransaction, type Steps } from './transaction.ts'

export interface OnceRecord {
  /** A chatbot, or empty: the server. */
  scope: string
  route: string
  key: string
  /** What was asked, by each key that may have marked it; the first marks it from now on. */
  marks: readonly string[]
}

interface Making<Made> {
  id: string
  once: OnceRecord | null
  /** A statement that finds it by its id. */
  find: string
  make(): Steps<Made>
}

export function* makeOnce<Made>(
  tx: DeskTransaction,
  { id, once, find, make }: Making<Made>,
): Steps<Made | Repeated<Extract<Made, object>> | OnceRefusal> {
  if (once === null) return yield* make()
  const { scope, route, key, marks } = once
  tx.send(FORGET, [scope, route, key, tx.now - IDEMPOTENCY_MS])
  const record = [scope, route, key, marks[0] ?? '', id, tx.now]
  const [taken] = yield* answerOf(tx.query(TAKE, record))
  if (taken) {
    const made = yield* make()
    if (!isDone(made)) tx.send(GIVE_BACK, [scope, route, key])
    return made
  }
  const [known] = yield* answerOf(tx.query<KnownRow>(READ, [scope, route, key]))
  if (!known || !marks.includes(known.body_hash)) return 'idempotency_conflict'
  const [row] = yield* answerOf(tx.query<Extract<Made, object>>(find, [known.answer]))
  return row ? { repeated: row } : 'already_deleted'
}

interface KnownRow {
  body_hash: string
  answer: string
}

const FORGET = `DELETE FROM idempotency
  WHERE chatbot_id = $1 AND route = $2 AND key = $3 AND created_at <= $4`
/** PostgreSQL waits here for another transaction that takes the same key. */
const TAKE = `INSERT INTO idempotency (chatbot_id, route, key, body_hash, answer, created_at)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING key`
const READ = `SELECT body_hash, answer FROM idempotency
  WHERE chatbot_id = $1 AND route = $2 AND key = $3`
const GIVE_BACK = 'DELETE FROM idempotency WHERE chatbot_id = $1 AND route = $2 AND key = $3'
