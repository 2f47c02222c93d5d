/**
 * Who may call: keys, sessions that were started with one, and links that start one. Each is known
 * by the SHA-256 of its token only: the tokens are 192 random bits, which nobody finds by trying, so
 * a slow hash would protect nothing and cost every request. Without a chatbot it is an operator's.
 */

export interface ApiKey {
  id: string
  name: string
  /** Null: the operator's, for everything. */
  chatbotId: string | null
  createdAt: number
  /** To the minute; null: never. */
  lastUsedAt: number | null
}

export interface Session {
  id: string
  /** Null: the operator's. */
  chatbotId: string | null
  /** Who it acts for: `root`, a key's id or an owner link's. */
  actor: string
  /** Goes with it: a key's id, or the root key's mark (`api/access/auth.ts`). */
  mintedBy: string
  createdAt: number
  /** Moves on while it is used … */
  expiresAt: number
  /** … up to here. */
  endsAt: number
}

export interface OwnerLink {
  id: string
  chatbotId: string
  createdAt: number
  expiresAt: number
}

const HOUR_MS = 3_600_000

/** A session ends when nobody used it for so long, and at the latest after … */
export const SESSION_IDLE_MS = 12 * HOUR_MS
/** … so long: a working week with its owner's laptop asleep at night. */
export const SESSION_MS_MAX = 7 * 24 * HOUR_MS
/** What is told of a use is this coarse: at most one write a minute for each key or session. */
export const USE_STEP_MS = 60_000

/** The actor that holds ADMIN_KEY. */
export const ROOT_ACTOR = 'root'
