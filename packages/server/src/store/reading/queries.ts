/**
 * Queries for lists, charts and searches, built once for both stores. Kysely is the builder only:
 * what it compiles is text and values, run by whoever holds the connection.
 *
 * Each list must walk an index in the order of its page; a test looks at the plans.
 */
import { type Compilable, type SqlBool, sql } from 'kysely'
import { ID_SLACK_MS, idFloor } from '../../id.ts'
import type {
  ConversationFilter,
  CountedPage,
  ErasureFilter,
  LeadFilter,
  Page,
  WebhookFilter,
} from '../desk.ts'
import { type Builder, isPostgres } from './builder.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import { isLeadOf, people } from './searches.ts'
import { CHATBOT_COLUMNS } from './settings-columns.ts'
import { unindexed } from './unindexed.ts'
import { idRange } from './walking.ts'

const LEAD_COLUMNS = [
  'id',
  'chatbot_id',
  'conversation_id',
  'customer_name',
  'customer_email',
  'customer_phone',
  'consent',
  'created_at',
] as const

export function listChatbots(db: Builder, page: Page): Compilable {
  return db
    .selectFrom('chatbots')
    .select(['id', ...CHATBOT_COLUMNS, 'created_at', 'updated_at'])
    .where('deleted_at', 'is', null)
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
}

export function listWebhooks(
  db: Builder,
  { chatbotId, metadata = [] }: WebhookFilter,
  page: Page,
): Compilable {
  return db
    .selectFrom('webhooks')
    .selectAll()
    .$if(metadata.length > 0, (query) => query.where((eb) => eb.and(metadata.map(holdsText))))
    .$if(chatbotId !== undefined, (query) => query.where('chatbot_id', '=', chatbotId ?? ''))
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
}

/**
 * Looked for in the text of its JSON, which is one flat object of texts as JSON.stringify writes it:
 * `"env":"production"` can't stand there but as a member, because a quote within a text is escaped. In
 * the words of both databases, and without parsing each row.
 */
function holdsText([name, text]: readonly [string, string]) {
  const member = `${JSON.stringify(name)}:${JSON.stringify(text)}`
  return sql<SqlBool>`replace(metadata, ${member}, '') <> metadata`
}

/** What a list is asked for. */
export type Sought<Filter> = Filter & {
  /** `q`, where it is the beginning of a common name (searches.ts): it leads nowhere. */
  commonName?: string
  /** A chatbot whose leads are few and lead, where their deliveries are asked for. */
  ofFewLeads?: string
}

/**
 * What was found out before the list is asked for. `common_name`: `q` is the beginning of so many names
 * that they are no way to a page. Or a chatbot with so few leads that they are one.
 */
export type Hint = 'common_name' | { fewLeadsOf: string } | null

export function asked<Filter extends { q?: string }>(filter: Filter, hint: Hint): Sought<Filter> {
  const { q, ...others } = filter
  if (hint !== null && typeof hint === 'object') return { ...filter, ofFewLeads: hint.fewLeadsOf }
  if (hint === null || q === undefined) return filter
  return { ...others, commonName: q } as Sought<Filter>
}

/** Their own rows (lead-deliveries.ts adds what became of them). */
export function leads(db: Builder, filter: Sought<LeadFilter>, page: Page | CountedPage) {
  const { chatbotId, from, to, q, commonName } = filter
  const after = 'after' in page ? page.after : null
  let query = db.selectFrom('leads').select(LEAD_COLUMNS).where(isOfLiveChatbot('leads', chatbotId))
  if (commonName !== undefined) query = query.where(isLeadOf(commonName))
  if ('skip' in page) query = query.offset(page.skip)
  if (isPostgres(db) && chatbotId !== undefined && q === undefined) {
    // As in rangeOfDeliveries.
    const { floor, ceiling } = idRange('lead', filter, { after })
    query = query
      .where(sql<SqlBool>`(chatbot_id, id) >= (${chatbotId}, ${floor})`)
      .where(sql<SqlBool>`(chatbot_id, id) < (${chatbotId}, ${ceiling})`)
    if (from !== undefined) query = query.where('created_at', '>=', from)
    if (to !== undefined) query = query.where('created_at', '<', to)
    return query.orderBy('chatbot_id', 'desc').orderBy('id', 'desc').limit(page.limit)
  }
  if (chatbotId !== undefined) {
    query = query.where(q === undefined ? 'chatbot_id' : unindexed('chatbot_id'), '=', chatbotId)
  }
  if (from !== undefined) {
    query = query
      .where('created_at', '>=', from)
      .where('id', '>=', idFloor('lead', from - ID_SLACK_MS))
  }
  if (to !== undefined) {
    query = query.where('created_at', '<', to).where('id', '<', idFloor('lead', to + ID_SLACK_MS))
  }
  if (q !== undefined) query = query.where('id', 'in', people(db, q, chatbotId))
  if (after !== null) query = query.where('id', '<', after)
  return query.orderBy('id', 'desc').limit(page.limit)
}

/** By their age: an id may be the caller's own. */
export function listConversations(
  db: Builder,
  { chatbotId, from, to }: ConversationFilter,
  { limit, skip }: CountedPage,
): Compilable {
  let query = db
    .selectFrom('conversations')
    .selectAll()
    .where('chatbot_id', '=', chatbotId)
    .where(isOfLiveChatbot('conversations', chatbotId))
  if (from !== undefined) query = query.where('created_at', '>=', from)
  if (to !== undefined) query = query.where('created_at', '<', to)
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).offset(skip)
}

export function listErasures(db: Builder, filter: ErasureFilter, page: Page): Compilable {
  const { chatbotId, from, to } = filter
  let query = db.selectFrom('erasures').selectAll()
  if (chatbotId !== undefined) query = query.where('chatbot_id', '=', chatbotId)
  if (from !== undefined) {
    query = query
      .where('erased_at', '>=', from)
      .where('id', '>=', idFloor('erasure', from - ID_SLACK_MS))
  }
  if (to !== undefined) {
    query = query.where('erased_at', '<', to).where('id', '<', idFloor('erasure', to + ID_SLACK_MS))
  }
  if (page.after !== null) query = query.where('id', '<', page.after)
  return query.orderBy('id', 'desc').limit(page.limit)
}
