/**
 * A deleted chatbot's leads, events and deliveries are not there for whoever reads, from the commit
 * on that deleted it: they are still erased step by step, and what is finished stays for RETENTION.
 * Its row goes when its leads are gone, so "has a row that is not deleted" is true only before.
 */
import { type SqlBool, sql } from 'kysely'

type Owned = 'leads' | 'events' | 'deliveries' | 'conversations'

/**
 * A subquery that yields one value, in a CASE: PostgreSQL would turn EXISTS into a join, or read all
 * chatbots first, and leave the order of the list's index; and it takes a CASE for true of every
 * second row, so that it walks until the page is full.
 *
 * `chatbotId`: the one whose rows are asked for; then it is looked at once, not for each row.
 */
export function isOfLiveChatbot(table: Owned, chatbotId?: string) {
  const owner = chatbotId ?? sql.ref(`${table}.chatbot_id`)
  return sql<SqlBool>`CASE WHEN (SELECT owner.deleted_at IS NULL FROM chatbots AS owner
    WHERE owner.id = ${owner}) THEN true ELSE false END`
}
