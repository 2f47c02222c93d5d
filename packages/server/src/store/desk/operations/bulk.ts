/** What is done with many at once: noted here, walked step by step (desk/bulk.ts). */
import type { BulkKind, OnceRefusal } from '../../desk.ts'
import type { BulkRow } from '../../reading/rows.ts'
import type { Repeated } from './audit.ts'
import { makeOnce, type OnceRecord } from './once.ts'
import { insertOf } from './statements.ts'
import { answerOf, type DeskTransaction, rowOf, type Statement, type Steps } from './transaction.ts'

export interface BulkValues {
  id: string
  kind: BulkKind
  chatbotId: string | null
  webhookId: string | null
  filter: string
  total: number
  more: number
  once: OnceRecord | null
}

export function* createBulk(
  tx: DeskTransaction,
  values: BulkValues,
): Steps<BulkRow | Repeated<BulkRow> | OnceRefusal> {
  const { id, once } = values
  return yield* makeOnce(tx, { id, once, find: FIND, make: () => addBulk(tx, values) })
}

function* addBulk(tx: DeskTransaction, values: BulkValues): Steps<BulkRow> {
  const { id, kind, chatbotId, webhookId, filter, total, more } = values
  const row = [id, kind, chatbotId, webhookId, filter, total, more, tx.now]
  return yield* rowOf<BulkRow>(tx, INSERT, row)
}

/** What is not done yet stays as it is. Null: there is none of this id. */
export function* stopBulk(tx: DeskTransaction, id: string): Steps<BulkRow | null> {
  yield* answerOf(tx.query(STOP, [tx.now, id]))
  const [row] = yield* answerOf(tx.query<BulkRow>(FIND, [id]))
  return row ?? null
}

/** The oldest that is not over. */
export function* nextBulk(tx: Statement, _: null): Steps<BulkRow | null> {
  const [row] = yield* answerOf(tx.query<BulkRow>(NEXT, []))
  return row ?? null
}

const FIND = 'SELECT * FROM bulk_actions WHERE id = $1'
const COLUMNS = ['id', 'kind', 'chatbot_id', 'webhook_id', 'filter', 'total', 'more', 'created_at']
const INSERT = insertOf('bulk_actions', COLUMNS, '*')
const STOP = `UPDATE bulk_actions SET finished_at = $1, stopped = 1, filter = '{}'
  WHERE id = $2 AND finished_at IS NULL RETURNING id`
const NEXT = 'SELECT * FROM bulk_actions WHERE finished_at IS NULL ORDER BY id LIMIT 1'
