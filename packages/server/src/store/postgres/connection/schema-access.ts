/** The part of the schema that says who may call, and who did what (schema.ts). */

export const TEXT = 'text COLLATE "C"'

/** Tokens are kept as their SHA-256. */
export const ACCESS = `
CREATE TABLE api_keys (
  id ${TEXT} PRIMARY KEY,
  name text NOT NULL,
  chatbot_id ${TEXT},
  hash ${TEXT} NOT NULL UNIQUE,
  created_at bigint NOT NULL,
  last_used_at bigint
);
CREATE INDEX api_keys_by_chatbot ON api_keys (chatbot_id, id);

CREATE TABLE owner_links (
  id ${TEXT} PRIMARY KEY,
  chatbot_id ${TEXT} NOT NULL,
  hash ${TEXT} NOT NULL UNIQUE,
  minted_by ${TEXT} NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX owner_links_by_chatbot ON owner_links (chatbot_id);
CREATE INDEX owner_links_by_mint ON owner_links (minted_by);
CREATE INDEX owner_links_by_end ON owner_links (expires_at);

CREATE TABLE sessions (
  id ${TEXT} PRIMARY KEY,
  hash ${TEXT} NOT NULL UNIQUE,
  chatbot_id ${TEXT},
  actor ${TEXT} NOT NULL,
  minted_by ${TEXT} NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ends_at bigint NOT NULL
);
CREATE INDEX sessions_by_chatbot ON sessions (chatbot_id);
CREATE INDEX sessions_by_mint ON sessions (minted_by);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE audit_log (
  id ${TEXT} PRIMARY KEY,
  at bigint NOT NULL,
  action ${TEXT} NOT NULL,
  actor ${TEXT} NOT NULL,
  session_id text,
  chatbot_id ${TEXT},
  target_id text,
  fields text NOT NULL,
  address text NOT NULL
);
CREATE INDEX audit_by_chatbot ON audit_log (chatbot_id, id);
CREATE INDEX audit_by_actor ON audit_log (actor, id);
CREATE INDEX audit_by_action ON audit_log (action, id);
`
