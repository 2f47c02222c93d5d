import { sql } from 'kysely'

/** A column that no index may be chosen for: an index on it would not be in the page's order. */
export function unindexed(column: 'chatbot_id' | 'webhook_id' | 'state' | 'id') {
  return sql<string>`${sql.ref(column)} || ''`
}
