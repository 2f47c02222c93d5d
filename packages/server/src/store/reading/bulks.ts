/** What is done with many at once, as it is listed and read. */
import { type Compilable, type SqlBool, sql } from 'kysely'
import type { BulkAction, BulkListFilter, Page } from '../desk.ts'
import type { Builder } from './builder.ts'
import type { BulkRow } from './rows.ts'

/** Newest first. Those that are over are pruned after `RETENTION`: their table stays small, and is walked. */
export function listBulks(
  db: Builder,
  { chatbotId, running }: BulkListFilter,
  page: Page,
): Compilable {
  return db
    .selectFrom('bulk_actions')
    .selectAll()
    .where(isOfNoDeletedChatbot())
    .$if(chatbotId !== undefined, (query) => query.where('chatbot_id', '=', chatbotId ?? ''))
    .$if(running !== undefined, (query) =>
      query.where('finished_at', running ? 'is' : 'is not', null),
    )
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
}

/** An operator's, over all chatbots, is of none in particular. */
export function isOfNoDeletedChatbot() {
  return sql<SqlBool>`(bulk_actions.chatbot_id IS NULL OR EXISTS (SELECT 1 FROM chatbots AS owner
    WHERE owner.id = bulk_actions.chatbot_id AND owner.deleted_at IS NULL))`
}

export function toBulk(row: BulkRow): BulkAction {
  return {
    id: row.id,
    kind: row.kind,
    chatbotId: row.chatbot_id,
    webhookId: row.webhook_id,
    total: row.total,
    more: row.more === 1,
    done: row.done,
    skipped: row.skipped,
    stopped: row.stopped === 1,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
