/** Chatbots, as they are made, changed and deleted in a store's transaction. */
import type { OnceRefusal } from '../../desk.ts'
import type { ChatbotRow } from '../../reading/rows.ts'
import { CHATBOT_COLUMNS, type ChatbotColumns } from '../../reading/settings-columns.ts'
import { firstVersion, isAnother, nextVersion } from '../../rules/settings-version.ts'
import { endChatbot } from './access.ts'
import type { Repeated } from './audit.ts'
import { makeOnce, type OnceRecord } from './once.ts'
import { renameInShapes } from './shapes.ts'
import { insertOf, listOf, updateOf } from './statements.ts'
import { answerOf, type DeskTransaction, rowOf, type Steps } from './transaction.ts'
import { deleteWebhook } from './webhooks.ts'

type ChatbotValues = {
  id: string
  columns: ChatbotColumns
  once: OnceRecord | null
}

export function* createChatbot(
  tx: DeskTransaction,
  { id, columns, once }: ChatbotValues,
): Steps<ChatbotRow | Repeated<ChatbotRow> | OnceRefusal> {
  const values = [
    id,
    ...CHATBOT_COLUMNS.map((name) => columns[name]),
    firstVersion(tx.now),
    tx.now,
    tx.now,
  ]
  const make = () => answerOf(tx.changeChatbots(() => rowOf<ChatbotRow>(tx, INSERT, values)))
  return yield* makeOnce(tx, { id, once, find: FIND, make })
}

type ChatbotPatch = {
  id: string
  /** Those that are absent stay. */
  columns: Partial<ChatbotColumns>
  versions?: readonly string[]
}

/** Locked before it is looked at: of two changes of one version, the second finds another. */
export function* updateChatbot(
  tx: DeskTransaction,
  { id, columns, versions }: ChatbotPatch,
): Steps<ChatbotRow | 'other_version' | null> {
  const [before] = yield* answerOf(tx.query<ChatbotRow>(LOCK, [id]))
  if (!before) return null
  if (isAnother(before.version, versions)) return 'other_version'
  const after = { ...before, ...columns }
  if (CHATBOT_COLUMNS.every((name) => after[name] === before[name])) return before
  const values = CHATBOT_COLUMNS.map((name) => after[name])
  const version = nextVersion(before.version, tx.now)
  if (after.name !== before.name) yield* renameInShapes(tx, after)
  return yield* rowOf<ChatbotRow>(tx, UPDATE, [id, ...values, version, tx.now])
}

export function* deleteChatbot(
  tx: DeskTransaction,
  { id, versions }: { id: string; versions?: readonly string[] },
): Steps<boolean | 'other_version'> {
  const [before] = yield* answerOf(tx.query<ChatbotRow>(LOCK, [id]))
  if (before && isAnother(before.version, versions)) return 'other_version'
  const deleted = yield* answerOf(tx.changeChatbots(() => answerOf(tx.query(DELETE, [tx.now, id]))))
  if (deleted.length === 0) return false
  const webhooks = yield* answerOf(tx.query<{ id: string }>(WEBHOOKS_OF, [id]))
  for (const webhook of webhooks) yield* deleteWebhook(tx, { id: webhook.id })
  // Its deliveries are not there any more for whoever reads.
  tx.send(FORGET_DELETED_WEBHOOKS, [id])
  endChatbot(tx, id)
  return true
}

const COLUMNS = ['id', ...CHATBOT_COLUMNS, 'version', 'created_at', 'updated_at']
const ROW = listOf(COLUMNS)
const INSERT = insertOf('chatbots', COLUMNS, ROW)
const FIND = `SELECT ${ROW} FROM chatbots WHERE id = $1 AND deleted_at IS NULL`
const LOCK = `${FIND} FOR NO KEY UPDATE`
const UPDATE = updateOf('chatbots', [...CHATBOT_COLUMNS, 'version', 'updated_at'])
const DELETE = `UPDATE chatbots SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL
  RETURNING id`
const WEBHOOKS_OF = 'SELECT id FROM webhooks WHERE chatbot_id = $1 ORDER BY id'
const FORGET_DELETED_WEBHOOKS = 'DELETE FROM deleted_webhooks WHERE chatbot_id = $1'
