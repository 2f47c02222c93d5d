/**
 * Keys, sessions, links and the audit log, as part of the store's contract. Tokens come as their
 * SHA-256; whoever has the tables has no way in.
 */
import type { ApiKey, OwnerLink, Session } from '../access.ts'
import type { AuditEntry } from '../audit.ts'

export interface AccessStore {
  createApiKey(key: NewApiKey, audit?: NewAuditEntry): Promise<ApiKey | 'chatbot_not_found'>
  /** Ends, in the same commit, the sessions and links that go with it. */
  deleteApiKey(id: string, audit?: NewAuditEntry): Promise<boolean>
  findApiKey(hash: string): Promise<ApiKey | null>
  /** Notes a use; of uses within a minute only the first is written. */
  touchApiKey(id: string): Promise<void>

  createOwnerLink(
    link: NewOwnerLink,
    audit?: NewAuditEntry,
  ): Promise<OwnerLink | 'chatbot_not_found'>
  /** Null: its key is gone. */
  startSession(session: NewSession, audit?: NewAuditEntry): Promise<Session | null>
  /**
   * Starts a session by a link, which is gone with it. Null: it was used, has run out, or was made
   * with a root key that is not this one any more.
   */
  startSessionByLink(
    session: NewLinkSession,
    audit?: Omit<NewAuditEntry, 'actor' | 'chatbotId'>,
  ): Promise<Session | null>
  /** Null: ended, run out, or never there. */
  findSession(hash: string): Promise<Session | null>
  /** Moves its expiry on, to `idleMs` from now but not past its end; by a minute or more. */
  touchSession(id: string, idleMs: number): Promise<void>
  endSession(id: string, audit?: NewAuditEntry): Promise<boolean>

  /** Tells of what changed nothing: something was shown. */
  keepAudit(entry: NewAuditEntry): Promise<void>
}

export interface NewApiKey {
  id: string
  name: string
  chatbotId: string | null
  hash: string
}

export interface NewOwnerLink {
  id: string
  chatbotId: string
  hash: string
  mintedBy: string
  lifeMs: number
}

export interface NewSession {
  id: string
  hash: string
  chatbotId: string | null
  actor: string
  mintedBy: string
  idleMs: number
  lifeMs: number
}

export interface NewLinkSession extends Pick<NewSession, 'id' | 'hash' | 'idleMs' | 'lifeMs'> {
  linkHash: string
  /** Links that were made with another root key count no more. */
  rootMark: string
}

/** Its instant is the commit's. */
export type NewAuditEntry = Omit<AuditEntry, 'at'>
