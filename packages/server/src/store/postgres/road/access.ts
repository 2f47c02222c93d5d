/**
 * Keys, sessions and links. What is revoked ends in one transaction with all that goes with it.
 *
 * Whatever is made for a chatbot or with a key locks that row first, and whatever ends one deletes
 * keys, links and sessions in this order: of two at once, the second sees what the first made.
 */
import { USE_STEP_MS } from '../../../access.ts'
import { assert } from '../../../errors.ts'
import type {
  NewApiKey,
  NewAuditEntry,
  NewLinkSession,
  NewOwnerLink,
  NewSession,
} from '../../desk.ts'
import {
  type ApiKeyRow,
  type OwnerLinkRow,
  ROOT_MINT,
  type SessionRow,
} from '../../reading/access-rows.ts'
import type { Database } from '../connection/database.ts'
import type { Transaction } from '../connection/transaction.ts'
import { keepAudit } from './audit.ts'

export async function createApiKey(
  tx: Transaction,
  { id, name, chatbotId, hash }: NewApiKey,
): Promise<ApiKeyRow | 'chatbot_not_found'> {
  if (chatbotId !== null && !(await lockChatbot(tx, chatbotId))) return 'chatbot_not_found'
  const [row] = await tx.query<ApiKeyRow>(INSERT_KEY, [id, name, chatbotId, hash, tx.now])
  assert(row, 'a key that was just made is there')
  return row
}

export async function deleteApiKey(tx: Transaction, id: string): Promise<boolean> {
  const deleted = await tx.query(DELETE_KEY, [id])
  if (deleted.length === 0) return false
  tx.send(DELETE_LINKS_MINTED, [id])
  tx.send(DELETE_SESSIONS_MINTED, [id])
  return true
}

export async function findApiKey(database: Database, hash: string): Promise<ApiKeyRow | null> {
  const [row] = await database.query<ApiKeyRow>(FIND_KEY, [hash])
  return row ?? null
}

export async function touchApiKey(database: Database, id: string): Promise<void> {
  await database.query(TOUCH_KEY, [id, USE_STEP_MS])
}

export async function createOwnerLink(
  tx: Transaction,
  { id, chatbotId, hash, mintedBy, lifeMs }: NewOwnerLink,
): Promise<OwnerLinkRow | 'chatbot_not_found'> {
  if (!(await lockChatbot(tx, chatbotId))) return 'chatbot_not_found'
  const values = [id, chatbotId, hash, mintedBy, tx.now, tx.now + lifeMs]
  const [row] = await tx.query<OwnerLinkRow>(INSERT_LINK, values)
  assert(row, 'a link that was just made is there')
  return row
}

export async function startSession(
  tx: Transaction,
  session: NewSession,
): Promise<SessionRow | null> {
  const { id, hash, chatbotId, actor, mintedBy, idleMs, lifeMs } = session
  if (!mintedBy.startsWith(ROOT_MINT)) {
    const [key] = await tx.query(LOCK_KEY, [mintedBy])
    if (!key) return null
  }
  const [expiresAt, endsAt] = [tx.now + Math.min(idleMs, lifeMs), tx.now + lifeMs]
  const [row] = await tx.query<SessionRow>(INSERT_SESSION, [
    id,
    hash,
    chatbotId,
    actor,
    mintedBy,
    tx.now,
    expiresAt,
    endsAt,
  ])
  return row ?? null
}

export async function startSessionByLink(
  tx: Transaction,
  { linkHash, rootMark, ...values }: NewLinkSession,
  audit?: Omit<NewAuditEntry, 'actor' | 'chatbotId'>,
): Promise<SessionRow | null> {
  // The key's row before the link's: the order in which both are deleted.
  const [link] = await tx.query<OwnerLinkRow>(FIND_LINK, [linkHash, tx.now])
  if (!link) return null
  const { id: actor, chatbot_id: chatbotId, minted_by: mintedBy } = link
  const row = await startSession(tx, { ...values, actor, chatbotId, mintedBy })
  const used = await tx.query(DELETE_LINK, [link.id])
  const isOldRoot = mintedBy.startsWith(ROOT_MINT) && mintedBy !== rootMark
  if (!row || used.length === 0 || isOldRoot) {
    tx.send(DELETE_SESSION, [values.id])
    return null
  }
  if (audit) keepAudit(tx, { ...audit, actor, chatbotId })
  return row
}

export async function findSession(database: Database, hash: string): Promise<SessionRow | null> {
  const [row] = await database.query<SessionRow>(FIND_SESSION, [hash])
  return row ?? null
}

export async function touchSession(database: Database, id: string, idleMs: number): Promise<void> {
  await database.query(TOUCH_SESSION, [id, idleMs, USE_STEP_MS])
}

export async function endSession(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query(DELETE_SESSION, [id])).length > 0
}

/** With its chatbot, at once. */
export function endChatbot(tx: Transaction, chatbotId: string): void {
  for (const sql of DELETE_OF_CHATBOT) tx.send(sql, [chatbotId])
}

/** Sessions and links that have run out; how many. */
export async function pruneAccess(tx: Transaction, limit: number): Promise<number> {
  const links = await tx.query(DELETE_OLD_LINKS, [tx.now, limit])
  const sessions = await tx.query(DELETE_OLD_SESSIONS, [tx.now, limit - links.length])
  return links.length + sessions.length
}

async function lockChatbot(tx: Transaction, chatbotId: string): Promise<boolean> {
  return (await tx.query(LOCK_CHATBOT, [chatbotId])).length > 0
}

/** Against its deletion, which is an update. */
const LOCK_CHATBOT = 'SELECT 1 FROM chatbots WHERE id = $1 AND deleted_at IS NULL FOR SHARE'

const KEY_COLUMNS = 'id, name, chatbot_id, created_at, last_used_at'
const INSERT_KEY = `INSERT INTO api_keys (id, name, chatbot_id, hash, created_at)
  VALUES ($1, $2, $3, $4, $5) RETURNING ${KEY_COLUMNS}`
const LOCK_KEY = 'SELECT 1 FROM api_keys WHERE id = $1 FOR KEY SHARE'
const FIND_KEY = `SELECT ${KEY_COLUMNS} FROM api_keys WHERE hash = $1`
const TOUCH_KEY = `UPDATE api_keys SET last_used_at = chatzuri_now()
  WHERE id = $1 AND coalesce(last_used_at, 0) <= chatzuri_now() - $2::bigint`
const DELETE_KEY = 'DELETE FROM api_keys WHERE id = $1 RETURNING 1'

const LINK_COLUMNS = 'id, chatbot_id, minted_by, created_at, expires_at'
const INSERT_LINK = `INSERT INTO owner_links
  (id, chatbot_id, hash, minted_by, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${LINK_COLUMNS}`
const FIND_LINK = `SELECT ${LINK_COLUMNS} FROM owner_links WHERE hash = $1 AND expires_at > $2`
const DELETE_LINK = 'DELETE FROM owner_links WHERE id = $1 RETURNING 1'
const DELETE_LINKS_MINTED = 'DELETE FROM owner_links WHERE minted_by = $1'

const SESSION_COLUMNS = 'id, chatbot_id, actor, minted_by, created_at, expires_at, ends_at'
const INSERT_SESSION = `INSERT INTO sessions
  (id, hash, chatbot_id, actor, minted_by, created_at, expires_at, ends_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${SESSION_COLUMNS}`
const FIND_SESSION = `SELECT ${SESSION_COLUMNS} FROM sessions
  WHERE hash = $1 AND expires_at > chatzuri_now()`
const TOUCH_SESSION = `UPDATE sessions SET expires_at = least(chatzuri_now() + $2::bigint, ends_at)
  WHERE id = $1 AND expires_at > chatzuri_now()
    AND least(chatzuri_now() + $2::bigint, ends_at) - expires_at >= $3::bigint`
const DELETE_SESSION = 'DELETE FROM sessions WHERE id = $1 RETURNING 1'
const DELETE_SESSIONS_MINTED = 'DELETE FROM sessions WHERE minted_by = $1'

const DELETE_OF_CHATBOT = ['api_keys', 'owner_links', 'sessions'].map(
  (table) => `DELETE FROM ${table} WHERE chatbot_id = $1`,
)
const DELETE_OLD_LINKS = `DELETE FROM owner_links WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM owner_links WHERE expires_at <= $1
  LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const DELETE_OLD_SESSIONS = `DELETE FROM sessions WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM sessions WHERE expires_at <= $1
  LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
