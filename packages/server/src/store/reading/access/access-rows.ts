/** Rows of keys, sessions, links and the audit log as both stores keep them. */
import type { ApiKey, OwnerLink, Session } from '../../../access.ts'
import type { AuditAction, AuditEntry } from '../../../audit.ts'
import type { SettingsChange } from '../../desk.ts'

export interface ApiKeyRow {
  id: string
  name: string
  chatbot_id: string | null
  created_at: number
  last_used_at: number | null
}

export interface SessionRow {
  id: string
  chatbot_id: string | null
  actor: string
  minted_by: string
  created_at: number
  expires_at: number
  ends_at: number
}

export interface OwnerLinkRow {
  id: string
  chatbot_id: string
  minted_by: string
  created_at: number
  expires_at: number
}

export interface AuditRow {
  id: string
  at: number
  action: AuditAction
  actor: string
  session_id: string | null
  chatbot_id: string | null
  target_id: string | null
  /** JSON. */
  fields: string
  address: string
}

export interface SettingsChangeRow extends Pick<AuditRow, 'at' | 'actor' | 'session_id'> {
  key_name: string | null
  key_chatbot_id: string | null
}

/** What begins `minted_by` of what the root key made: its mark follows. */
export const ROOT_MINT = 'root:'

export function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    chatbotId: row.chatbot_id,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }
}

export function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    chatbotId: row.chatbot_id,
    actor: row.actor,
    mintedBy: row.minted_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endsAt: row.ends_at,
  }
}

export function toOwnerLink(row: OwnerLinkRow): OwnerLink {
  return {
    id: row.id,
    chatbotId: row.chatbot_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

export function toSettingsChange(row: SettingsChangeRow): SettingsChange {
  const { at, actor, session_id: sessionId, key_name: name, key_chatbot_id: chatbotId } = row
  return { at, actor, sessionId, key: name === null ? null : { name, chatbotId } }
}

export function toAuditEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    actor: row.actor,
    sessionId: row.session_id,
    chatbotId: row.chatbot_id,
    targetId: row.target_id,
    fields: JSON.parse(row.fields),
    address: row.address,
  }
}
