/** Chatbots, as they are made, changed and deleted in a store's transaction. */
import type { ChatbotRow } from '../../reading/rows.ts'
import { CHATBOT_COLUMNS, type ChatbotColumns } from '../../reading/settings-columns.ts'
import { endChatbot } from './access.ts'
import { insertOf, listOf } from './statements.ts'
import { answerOf, type DeskTransaction, rowOf, type Steps } from './transaction.ts'
import { deleteWebhook } from './webhooks.ts'

export function* createChatbot(
  tx: DeskTransaction,
  { id, columns }: { id: string; columns: ChatbotColumns },
): Steps<ChatbotRow> {
  const values = [id, ...CHATBOT_COLUMNS.map((name) => columns[name]), tx.now, tx.now]
  return yield* answerOf(tx.changeChatbots(() => rowOf<ChatbotRow>(tx, INSERT, values)))
}

/** Columns that are absent stay. */
export function* updateChatbot(
  tx: DeskTransaction,
  { id, columns }: { id: string; columns: Partial<ChatbotColumns> },
): Steps<ChatbotRow | null> {
  const values = CHATBOT_COLUMNS.map((name) => columns[name] ?? null)
  const [row] = yield* answerOf(tx.query<ChatbotRow>(UPDATE, [id, tx.now, ...values]))
  return row ?? null
}

export function* deleteChatbot(tx: DeskTransaction, id: string): Steps<boolean> {
  const deleted = yield* answerOf(tx.changeChatbots(() => answerOf(tx.query(DELETE, [tx.now, id]))))
  if (deleted.length === 0) return false
  const webhooks = yield* answerOf(tx.query<{ id: string }>(WEBHOOKS_OF, [id]))
  for (const webhook of webhooks) yield* deleteWebhook(tx, webhook.id)
  // Its deliveries are not there any more for whoever reads.
  tx.send(FORGET_DELETED_WEBHOOKS, [id])
  endChatbot(tx, id)
  return true
}

const ROW = listOf(['id', ...CHATBOT_COLUMNS, 'created_at', 'updated_at'])
const INSERT = insertOf('chatbots', ['id', ...CHATBOT_COLUMNS, 'created_at', 'updated_at'], ROW)
const KEPT_OR_NEW = CHATBOT_COLUMNS.map(
  (name, index) => `${name} = coalesce($${index + 3}, ${name})`,
)
const UPDATE = `UPDATE chatbots SET ${listOf(KEPT_OR_NEW)}, updated_at = $2
  WHERE id = $1 AND deleted_at IS NULL RETURNING ${ROW}`
const DELETE = `UPDATE chatbots SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL
  RETURNING id`
const WEBHOOKS_OF = 'SELECT id FROM webhooks WHERE chatbot_id = $1 ORDER BY id'
const FORGET_DELETED_WEBHOOKS = 'DELETE FROM deleted_webhooks WHERE chatbot_id = $1'
