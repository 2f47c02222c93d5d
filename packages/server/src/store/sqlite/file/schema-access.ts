/** The tables of who may call, and of what they did: a part of schema.ts. */

/** Tokens are kept as their SHA-256. */
export const ACCESS = `
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- Null: the operator's.
  chatbot_id TEXT,
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_chatbot ON api_keys (chatbot_id, id);

CREATE TABLE owner_links (
  id TEXT PRIMARY KEY,
  chatbot_id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  -- A key's id, or 'root:' and the root key's mark.
  minted_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX owner_links_by_chatbot ON owner_links (chatbot_id);
CREATE INDEX owner_links_by_mint ON owner_links (minted_by);
CREATE INDEX owner_links_by_end ON owner_links (expires_at);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  chatbot_id TEXT,
  actor TEXT NOT NULL,
  minted_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_chatbot ON sessions (chatbot_id);
CREATE INDEX sessions_by_mint ON sessions (minted_by);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Lists walk one of its indexes by what they ask for first, newest id first.
CREATE TABLE audit_log (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  session_id TEXT,
  chatbot_id TEXT,
  target_id TEXT,
  fields TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_chatbot ON audit_log (chatbot_id, id);
CREATE INDEX audit_by_actor ON audit_log (actor, id);
CREATE INDEX audit_by_action ON audit_log (action, id);
`
