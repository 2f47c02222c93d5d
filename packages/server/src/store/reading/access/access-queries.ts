/** Queries for keys, the audit log, and whose a thing is: built once for both stores. */
import { type Compilable, type CompiledQuery, PostgresAdapter, type SqlBool, sql } from 'kysely'
import { ID_SLACK_MS, idFloor, leadIdOf } from '../../../id.ts'
import type { AuditFilter, OwnedKind, Page } from '../../desk.ts'
import type { Builder } from '../builder.ts'
import { isOfNoDeletedChatbot } from '../bulks.ts'
import { isOfLiveChatbot } from '../live-chatbot.ts'
import { LAST_CHARACTER } from '../searches.ts'

export function listApiKeys(
  db: Builder,
  { chatbotId }: { chatbotId?: string },
  page: Page,
): Compilable {
  return db
    .selectFrom('api_keys')
    .select(['id', 'name', 'chatbot_id', 'created_at', 'last_used_at'])
    .$if(chatbotId !== undefined, (query) => query.where('chatbot_id', '=', chatbotId ?? ''))
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
}

const FILTERS = [
  ['chatbotId', 'chatbot_id'],
  ['actor', 'actor'],
  ['action', 'action'],
] as const

/**
 * Walks the index of the first filter that is given, newest first; the others are looked at row by
 * row. PostgreSQL is told the way by a range of the index's own columns, in its own order: with plain
 * conditions it may walk the whole log until enough rows fit.
 */
export function listAudit(db: Builder, filter: AuditFilter, page: Page): Compilable {
  const { from, to } = filter
  const floor = from === undefined ? '' : idFloor('audit', from - ID_SLACK_MS)
  const end = to === undefined ? LAST_CHARACTER : idFloor('audit', to + ID_SLACK_MS)
  const ceiling = page.after !== null && page.after < end ? page.after : end
  const given = FILTERS.flatMap(([name, column]) => {
    const value = filter[name]
    return value === undefined ? [] : [{ column, value }]
  })
  const [lead, ...others] = given
  let query = db.selectFrom('audit_log').selectAll()
  if (lead && db.getExecutor().adapter instanceof PostgresAdapter) {
    const place = sql`(${sql.ref(lead.column)}, id)`
    query = query
      .where(sql<SqlBool>`${place} >= (${lead.value}, ${floor})`)
      .where(sql<SqlBool>`${place} < (${lead.value}, ${ceiling})`)
      .orderBy(lead.column, 'desc')
  } else {
    if (lead) query = query.where(lead.column, '=', lead.value)
    query = query.where('id', '>=', floor).where('id', '<', ceiling)
  }
  // Not by their indexes.
  for (const { column, value } of others) {
    query = query.where(sql<SqlBool>`coalesce(${sql.ref(column)}, '') = ${value}`)
  }
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  return query.orderBy('id', 'desc').limit(page.limit)
}

/**
 * The last entry that tells of a change of settings, up to the instant in which it was made: what was
 * asked for later and changed nothing has an entry, too. Ids are of a node's clock, so nearly as old.
 */
export function settingsChange(db: Builder, targetId: string, at: number): CompiledQuery {
  return db
    .selectFrom('audit_log')
    .leftJoin('api_keys', 'api_keys.id', 'audit_log.actor')
    .select(['audit_log.at', 'audit_log.actor', 'audit_log.session_id'])
    .select(['api_keys.name as key_name', 'api_keys.chatbot_id as key_chatbot_id'])
    .where('audit_log.id', '>=', idFloor('audit', at - ID_SLACK_MS))
    .where('audit_log.id', '<', idFloor('audit', at + ID_SLACK_MS))
    .where('audit_log.at', '<=', at)
    .where('audit_log.target_id', '=', targetId)
    .where('audit_log.action', 'in', SETTING_ACTIONS)
    .orderBy('audit_log.id', 'desc')
    .limit(1)
    .compile()
}

const SETTING_ACTIONS = [
  'chatbot.created',
  'chatbot.updated',
  'webhook.created',
  'webhook.updated',
] as const

const TABLES = {
  webhook: 'webhooks',
  delivery: 'deliveries',
  lead: 'leads',
  key: 'api_keys',
} as const

/**
 * One row with the chatbot that it belongs to, or none. A recovery's is its webhook's; webhooks and
 * keys go in the commit that deletes their chatbot.
 */
export function ownerOf(db: Builder, kind: OwnedKind, id: string): CompiledQuery {
  if (kind === 'chatbot') {
    const live = db.selectFrom('chatbots').select('id as chatbot_id').where('id', '=', id)
    return live.where('deleted_at', 'is', null).compile()
  }
  if (kind === 'recovery') {
    const recovery = db.selectFrom('recoveries').select('webhook_id').where('id', '=', id)
    const ofWebhook = db.selectFrom('webhooks').select('chatbot_id').where('id', '=', recovery)
    // An operator's, over all chatbots, is of none in particular: nobody's but an operator's.
    const bulk = db
      .selectFrom('bulk_actions')
      .select(sql<string>`coalesce(bulk_actions.chatbot_id, '')`.as('chatbot_id'))
      .where('id', '=', id)
      .where(isOfNoDeletedChatbot())
    return ofWebhook.unionAll(bulk).compile()
  }
  if (kind === 'event') {
    const ofLead = ownedIn(db, 'leads', leadIdOf(id))
    return ownedIn(db, 'events', id).unionAll(ofLead).compile()
  }
  const owner = db.selectFrom(TABLES[kind]).select('chatbot_id').where('id', '=', id)
  if (kind === 'webhook' || kind === 'key') return owner.compile()
  return owner.where(isOfLiveChatbot(TABLES[kind])).compile()
}

/** An event has a row of its own, or is its lead's. */
function ownedIn(db: Builder, table: 'events' | 'leads', id: string) {
  const owner = db.selectFrom(table).select('chatbot_id').where('id', '=', id)
  return owner.where(isOfLiveChatbot(table))
}
