/** A way to a chatbot's conversations, newest first: their own ids may be anything. */
export const CONVERSATIONS_BY_AGE = `
CREATE INDEX conversations_by_age ON conversations (chatbot_id, created_at, id);
`
