/** Keys, sessions and links. What is revoked ends in one transaction with all that goes with it. */
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
import type { Core } from '../core.ts'
import { keepAudit } from './audit.ts'

export function createApiKey(
  core: Core,
  { id, name, chatbotId, hash }: NewApiKey,
): ApiKeyRow | 'chatbot_not_found' {
  if (chatbotId !== null && !core.get(LIVE_CHATBOT, chatbotId)) return 'chatbot_not_found'
  core.run(INSERT_KEY, id, name, chatbotId, hash, core.tx.now)
  const row = findApiKey(core, hash)
  assert(row, 'a key that was just made is there')
  return row
}

export function deleteApiKey(core: Core, id: string): boolean {
  if (core.run(DELETE_KEY, id) === 0) return false
  core.run(DELETE_LINKS_MINTED, id)
  core.run(DELETE_SESSIONS_MINTED, id)
  return true
}

export function findApiKey(core: Core, hash: string): ApiKeyRow | null {
  return core.get<ApiKeyRow>(FIND_KEY, hash) ?? null
}

export function touchApiKey(core: Core, id: string): void {
  const { now } = core.tx
  core.run(TOUCH_KEY, now, id, now - USE_STEP_MS)
}

export function createOwnerLink(
  core: Core,
  link: NewOwnerLink,
): OwnerLinkRow | 'chatbot_not_found' {
  const { id, chatbotId, hash, mintedBy, lifeMs } = link
  if (!core.get(LIVE_CHATBOT, chatbotId)) return 'chatbot_not_found'
  const { now } = core.tx
  core.run(INSERT_LINK, id, chatbotId, hash, mintedBy, now, now + lifeMs)
  const row = core.get<OwnerLinkRow>(FIND_LINK, hash, now)
  assert(row, 'a link that was just made is there')
  return row
}

export function startSession(core: Core, session: NewSession): SessionRow | null {
  const { id, hash, chatbotId, actor, mintedBy, idleMs, lifeMs } = session
  if (!mintedBy.startsWith(ROOT_MINT) && !core.get(READ_KEY, mintedBy)) return null
  const { now } = core.tx
  const [expiresAt, endsAt] = [now + Math.min(idleMs, lifeMs), now + lifeMs]
  core.run(INSERT_SESSION, id, hash, chatbotId, actor, mintedBy, now, expiresAt, endsAt)
  return findSession(core, hash)
}

export function startSessionByLink(
  core: Core,
  {
    session,
    audit,
  }: {
    session: NewLinkSession
    audit: Omit<NewAuditEntry, 'actor' | 'chatbotId'> | null
  },
): SessionRow | null {
  const { linkHash, rootMark, ...values } = session
  const link = core.get<OwnerLinkRow>(FIND_LINK, linkHash, core.tx.now)
  if (!link) return null
  core.run(DELETE_LINK, link.id)
  const { id: actor, chatbot_id: chatbotId, minted_by: mintedBy } = link
  if (mintedBy.startsWith(ROOT_MINT) && mintedBy !== rootMark) return null
  const row = startSession(core, { ...values, actor, chatbotId, mintedBy })
  if (row && audit) keepAudit(core, { ...audit, actor, chatbotId })
  return row
}

export function findSession(core: Core, hash: string): SessionRow | null {
  return core.get<SessionRow>(FIND_SESSION, hash, core.tx.now) ?? null
}

export function touchSession(core: Core, { id, idleMs }: { id: string; idleMs: number }): void {
  const { now } = core.tx
  core.run(TOUCH_SESSION, now + idleMs, id, now, now + idleMs, USE_STEP_MS)
}

export function endSession(core: Core, id: string): boolean {
  return core.run(DELETE_SESSION, id) > 0
}

/** With its chatbot, at once. */
export function endChatbot(core: Core, chatbotId: string): void {
  for (const sql of DELETE_OF_CHATBOT) core.run(sql, chatbotId)
}

/** Sessions and links that have run out; how many. */
export function pruneAccess(core: Core, limit: number, now: number): number {
  const links = core.run(DELETE_OLD_LINKS, now, limit)
  return links + core.run(DELETE_OLD_SESSIONS, now, limit - links)
}

const LIVE_CHATBOT = 'SELECT 1 FROM chatbots WHERE id = ? AND deleted_at IS NULL'

const KEY_COLUMNS = 'id, name, chatbot_id, created_at, last_used_at'
const INSERT_KEY = `INSERT INTO api_keys (id, name, chatbot_id, hash, created_at)
  VALUES (?, ?, ?, ?, ?)`
const READ_KEY = 'SELECT 1 FROM api_keys WHERE id = ?'
const FIND_KEY = `SELECT ${KEY_COLUMNS} FROM api_keys WHERE hash = ?`
const TOUCH_KEY = `UPDATE api_keys SET last_used_at = ?
  WHERE id = ? AND coalesce(last_used_at, 0) <= ?`
const DELETE_KEY = 'DELETE FROM api_keys WHERE id = ?'

const LINK_COLUMNS = 'id, chatbot_id, minted_by, created_at, expires_at'
const INSERT_LINK = `INSERT INTO owner_links
  (id, chatbot_id, hash, minted_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)`
const FIND_LINK = `SELECT ${LINK_COLUMNS} FROM owner_links WHERE hash = ? AND expires_at > ?`
const DELETE_LINK = 'DELETE FROM owner_links WHERE id = ?'
const DELETE_LINKS_MINTED = 'DELETE FROM owner_links WHERE minted_by = ?'

const SESSION_COLUMNS = 'id, chatbot_id, actor, minted_by, created_at, expires_at, ends_at'
const INSERT_SESSION = `INSERT INTO sessions
  (id, hash, chatbot_id, actor, minted_by, created_at, expires_at, ends_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
const FIND_SESSION = `SELECT ${SESSION_COLUMNS} FROM sessions WHERE hash = ? AND expires_at > ?`
const TOUCH_SESSION = `UPDATE sessions SET expires_at = min(?, ends_at)
  WHERE id = ? AND expires_at > ? AND min(?, ends_at) - expires_at >= ?`
const DELETE_SESSION = 'DELETE FROM sessions WHERE id = ?'
const DELETE_SESSIONS_MINTED = 'DELETE FROM sessions WHERE minted_by = ?'

const DELETE_OF_CHATBOT = ['api_keys', 'owner_links', 'sessions'].map(
  (table) => `DELETE FROM ${table} WHERE chatbot_id = ?`,
)
const DELETE_OLD_LINKS = `DELETE FROM owner_links WHERE id IN
  (SELECT id FROM owner_links WHERE expires_at <= ? LIMIT ?)`
const DELETE_OLD_SESSIONS = `DELETE FROM sessions WHERE id IN
  (SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?)`
