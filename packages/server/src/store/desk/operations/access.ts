/**
 * Keys, sessions and links, in a store's transaction. What is revoked ends in one transaction with
 * all that goes with it.
 *
 * Whatever is made for a chatbot or with a key locks that row first, and whatever ends one deletes
 * keys, links and sessions in this order: of two at once, the second sees what the first made.
 */
import { USE_STEP_MS } from '../../../access.ts'
import type {
  NewApiKey,
  NewAuditEntry,
  NewLinkSession,
  NewOwnerLink,
  NewSession,
  OnceRefusal,
} from '../../desk.ts'
import {
  type ApiKeyRow,
  type OwnerLinkRow,
  ROOT_MINT,
  type SessionRow,
} from '../../reading/access/access-rows.ts'
import { noteAudit, type Repeated } from './audit.ts'
import { makeOnce, type OnceRecord } from './once.ts'
import { insertOf } from './statements.ts'
import { answerOf, type DeskTransaction, rowOf, type Statement, type Steps } from './transaction.ts'

/** As the engines have it: marked by the desk. */
type Once<Values> = Omit<Values, 'once'> & { once: OnceRecord | null }

export function* createApiKey(
  tx: DeskTransaction,
  { id, name, chatbotId, hash, once }: Once<NewApiKey>,
): Steps<ApiKeyRow | Repeated<ApiKeyRow> | 'chatbot_not_found' | OnceRefusal> {
  function* make(): Steps<ApiKeyRow | 'chatbot_not_found'> {
    if (chatbotId !== null && !(yield* isLive(tx, chatbotId))) return 'chatbot_not_found'
    return yield* rowOf<ApiKeyRow>(tx, INSERT_KEY, [id, name, chatbotId, hash, tx.now])
  }
  return yield* makeOnce(tx, { id, once, find: KEY_BY_ID, make })
}

export function* deleteApiKey(tx: DeskTransaction, id: string): Steps<boolean> {
  const deleted = yield* answerOf(tx.query(DELETE_KEY, [id]))
  if (deleted.length === 0) return false
  tx.send(DELETE_LINKS_MINTED, [id])
  tx.send(DELETE_SESSIONS_MINTED, [id])
  return true
}

export function* findApiKey(tx: Statement, hash: string): Steps<ApiKeyRow | null> {
  const [row] = yield* answerOf(tx.query<ApiKeyRow>(FIND_KEY, [hash]))
  return row ?? null
}

export function* touchApiKey(tx: Statement, id: string): Steps<void> {
  yield* answerOf(tx.query(TOUCH_KEY, [id, USE_STEP_MS]))
}

export function* createOwnerLink(
  tx: DeskTransaction,
  { id, chatbotId, hash, mintedBy, lifeMs, once }: Once<NewOwnerLink>,
): Steps<OwnerLinkRow | Repeated<OwnerLinkRow> | 'chatbot_not_found' | OnceRefusal> {
  function* make(): Steps<OwnerLinkRow | 'chatbot_not_found'> {
    if (!(yield* isLive(tx, chatbotId))) return 'chatbot_not_found'
    const values = [id, chatbotId, hash, mintedBy, tx.now, tx.now + lifeMs]
    return yield* rowOf<OwnerLinkRow>(tx, INSERT_LINK, values)
  }
  return yield* makeOnce(tx, { id, once, find: LINK_BY_ID, make })
}

export function* startSession(
  tx: DeskTransaction,
  { id, hash, chatbotId, actor, mintedBy, idleMs, lifeMs }: NewSession,
): Steps<SessionRow | null> {
  if (!mintedBy.startsWith(ROOT_MINT)) {
    const [key] = yield* answerOf(tx.query(LOCK_KEY, [mintedBy]))
    if (!key) return null
  }
  const [expiresAt, endsAt] = [tx.now + Math.min(idleMs, lifeMs), tx.now + lifeMs]
  const values = [id, hash, chatbotId, actor, mintedBy, tx.now, expiresAt, endsAt]
  return yield* rowOf<SessionRow>(tx, INSERT_SESSION, values)
}

/** Its entry in the audit log names the link as who did it. */
export function* startSessionByLink(
  tx: DeskTransaction,
  {
    session,
    audit,
  }: { session: NewLinkSession; audit: Omit<NewAuditEntry, 'actor' | 'chatbotId'> | null },
): Steps<SessionRow | null> {
  const { linkHash, rootMark, ...values } = session
  // The key's row before the link's: the order in which both are deleted.
  const [link] = yield* answerOf(tx.query<OwnerLinkRow>(FIND_LINK, [linkHash, tx.now]))
  if (!link) return null
  const { id: actor, chatbot_id: chatbotId, minted_by: mintedBy } = link
  const row = yield* startSession(tx, { ...values, actor, chatbotId, mintedBy })
  const used = yield* answerOf(tx.query(DELETE_LINK, [link.id]))
  const isOldRoot = mintedBy.startsWith(ROOT_MINT) && mintedBy !== rootMark
  if (!row || used.length === 0 || isOldRoot) {
    tx.send(DELETE_SESSION, [values.id])
    return null
  }
  if (audit) noteAudit(tx, { ...audit, actor, chatbotId })
  return row
}

export function* findSession(tx: Statement, hash: string): Steps<SessionRow | null> {
  const [row] = yield* answerOf(tx.query<SessionRow>(FIND_SESSION, [hash]))
  return row ?? null
}

export function* touchSession(
  tx: Statement,
  { id, idleMs }: { id: string; idleMs: number },
): Steps<void> {
  yield* answerOf(tx.query(TOUCH_SESSION, [id, idleMs, USE_STEP_MS]))
}

export function* endSession(tx: DeskTransaction, id: string): Steps<boolean> {
  return (yield* answerOf(tx.query(DELETE_SESSION, [id]))).length > 0
}

/** With its chatbot, at once. */
export function endChatbot(tx: DeskTransaction, chatbotId: string): void {
  for (const sql of DELETE_OF_CHATBOT) tx.send(sql, [chatbotId])
}

function* isLive(tx: DeskTransaction, chatbotId: string): Steps<boolean> {
  return (yield* answerOf(tx.query(LOCK_CHATBOT, [chatbotId]))).length > 0
}

/** Against its deletion, which is an update. */
const LOCK_CHATBOT = 'SELECT id FROM chatbots WHERE id = $1 AND deleted_at IS NULL FOR SHARE'

const KEY_COLUMNS = 'id, name, chatbot_id, created_at, last_used_at'
const INSERT_KEY = insertOf(
  'api_keys',
  ['id', 'name', 'chatbot_id', 'hash', 'created_at'],
  KEY_COLUMNS,
)
const KEY_BY_ID = `SELECT ${KEY_COLUMNS} FROM api_keys WHERE id = $1`
const LOCK_KEY = 'SELECT id FROM api_keys WHERE id = $1 FOR KEY SHARE'
const FIND_KEY = `SELECT ${KEY_COLUMNS} FROM api_keys WHERE hash = $1`
const TOUCH_KEY = `UPDATE api_keys SET last_used_at = chatzuri_now()
  WHERE id = $1 AND coalesce(last_used_at, 0) <= chatzuri_now() - $2`
const DELETE_KEY = 'DELETE FROM api_keys WHERE id = $1 RETURNING id'

const LINK_COLUMNS = 'id, chatbot_id, minted_by, created_at, expires_at'
const INSERT_LINK = insertOf(
  'owner_links',
  ['id', 'chatbot_id', 'hash', 'minted_by', 'created_at', 'expires_at'],
  LINK_COLUMNS,
)
const LINK_BY_ID = `SELECT ${LINK_COLUMNS} FROM owner_links WHERE id = $1`
const FIND_LINK = `SELECT ${LINK_COLUMNS} FROM owner_links WHERE hash = $1 AND expires_at > $2`
const DELETE_LINK = 'DELETE FROM owner_links WHERE id = $1 RETURNING id'
const DELETE_LINKS_MINTED = 'DELETE FROM owner_links WHERE minted_by = $1'

const SESSION_COLUMNS = 'id, chatbot_id, actor, minted_by, created_at, expires_at, ends_at'
const INSERT_SESSION = insertOf(
  'sessions',
  ['id', 'hash', 'chatbot_id', 'actor', 'minted_by', 'created_at', 'expires_at', 'ends_at'],
  SESSION_COLUMNS,
)
const FIND_SESSION = `SELECT ${SESSION_COLUMNS} FROM sessions
  WHERE hash = $1 AND expires_at > chatzuri_now()`
/** Not past its end. */
const MOVED_ON = `CASE WHEN chatzuri_now() + $2 < ends_at THEN chatzuri_now() + $2 ELSE ends_at END`
const TOUCH_SESSION = `UPDATE sessions SET expires_at = ${MOVED_ON}
  WHERE id = $1 AND expires_at > chatzuri_now() AND ${MOVED_ON} - expires_at >= $3`
const DELETE_SESSION = 'DELETE FROM sessions WHERE id = $1 RETURNING id'
const DELETE_SESSIONS_MINTED = 'DELETE FROM sessions WHERE minted_by = $1'

const DELETE_OF_CHATBOT = ['api_keys', 'owner_links', 'sessions'].map(
  (table) => `DELETE FROM ${table} WHERE chatbot_id = $1`,
)
