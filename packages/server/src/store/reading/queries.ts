/**
 * Queries for lists, charts and searches, built once for both stores. Kysely is the builder only:
 * what it compiles is text and values, run by whoever holds the connection.
 *
 * Each list must walk an index in the order of its page; a test looks at the plans.
 */
import { type Compilable, type RawBuilder, type SqlBool, sql } from 'kysely'
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
import { isOfLeadStates, LEADS_LOOKED_AT, leadsByDeliveries } from './lead-states.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import { leadSought } from './searches.ts'
import { isListed } from './searching/listed.ts'
import { CHATBOT_COLUMNS } from './settings-columns.ts'
import { idRange, unindexed } from './walking.ts'

const LEAD_COLUMNS = [
  'id',
  'chatbot_id',
  'conversation_id',
  'customer_name',
  'customer_email',
  'customer_phone',
  'consent',
  'extras',
  'created_at',
] as const

/** `ids`: those that a search has found (chatbotNames). */
export function listChatbots(db: Builder, page: Page, ids?: readonly string[]): Compilable {
  return db
    .selectFrom('chatbots')
    .select(['id', ...CHATBOT_COLUMNS, 'created_at', 'updated_at'])
    .where('deleted_at', 'is', null)
    .$if(ids !== undefined, (query) => query.where('id', 'in', ids?.length ? ids : ['']))
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
}

/** So many names that a search looks through at once. */
export const CHATBOT_NAMES_MAX = 2_000

/**
 * A search among chatbots looks through their names, newest first: an index knows only how a text
 * begins, and both databases compare letters otherwise than a search does.
 */
export function chatbotNames(db: Builder, after: string | null): Compilable {
  return db
    .selectFrom('chatbots')
    .select(['id', 'name'])
    .where('deleted_at', 'is', null)
    .$if(after !== null, (query) => query.where('id', '<', after ?? ''))
    .orderBy('id', 'desc')
    .limit(CHATBOT_NAMES_MAX)
}

/** The condition of webhooks_troubled, literally: else it isn't used. */
const MAYBE_TROUBLED = sql<SqlBool>`(state IN ('paused', 'disabled') OR (state = 'active'
  AND (failing_since IS NOT NULL OR resting_until IS NOT NULL OR last_note IN ('web_page', 'body_says_failed'))))`

/** A rest that is over is still in its row. */
function isTroubledAt(nowMs: number) {
  return sql<SqlBool>`(state <> 'active' OR failing_since IS NOT NULL OR resting_until > ${nowMs}
    OR last_note IN ('web_page', 'body_says_failed'))`
}

export function listWebhooks(
  db: Builder,
  { chatbotId, metadata = [], troubledAt }: WebhookFilter,
  page: Page,
): Compilable {
  // Of all chatbots: few are in trouble, and sorted; the walk of all webhooks is in the page's order.
  const id = troubledAt !== undefined && chatbotId === undefined ? unindexed('id') : 'id'
  return db
    .selectFrom('webhooks')
    .selectAll()
    .$if(troubledAt !== undefined, (query) =>
      query.where(MAYBE_TROUBLED).where(isTroubledAt(troubledAt ?? 0)),
    )
    .$if(id !== 'id', (query) => query.where('chatbot_id', '>=', ''))
    .$if(metadata.length > 0, (query) => query.where((eb) => eb.and(metadata.map(holdsText))))
    .$if(chatbotId !== undefined, (query) => query.where('chatbot_id', '=', chatbotId ?? ''))
    .$if(page.after !== null, (query) => query.where(id, '<', page.after ?? ''))
    .orderBy(id, 'desc')
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
  /** The rows that a search has found (searching/find-page.ts). */
  ids?: readonly string[]
  /** Deliveries of these leads, by what their ids share. */
  ofLeads?: readonly string[]
  /** A chatbot whose leads are few and lead, where their deliveries are asked for. */
  ofFewLeads?: string
}

/**
 * What was found out before the list is asked for: the rows that a search has found, as far as a page
 * shows them. Or a chatbot with so few leads that they are a way to a page. Or the chatbots that
 * a search has found, as far as a page shows them.
 */
export type Hint =
  | { found: readonly string[] }
  | { fewLeadsOf: string }
  | { chatbots: readonly string[] }
  | null

/** Undefined: nothing was looked for. */
export function chatbotsFound(hint: Hint): readonly string[] | undefined {
  return hint !== null && typeof hint === 'object' && 'chatbots' in hint ? hint.chatbots : undefined
}

export function asked<Filter extends { q?: string }>(filter: Filter, hint: Hint): Sought<Filter> {
  const { q, ...others } = filter
  if (hint !== null && typeof hint === 'object' && 'fewLeadsOf' in hint) {
    return { ...filter, ofFewLeads: hint.fewLeadsOf }
  }
  if (hint === null || !('found' in hint)) return filter
  return { ...others, ids: hint.found } as Sought<Filter>
}

/** Their own rows (lead-deliveries.ts adds what became of them). */
export function leads(db: Builder, filter: Sought<LeadFilter>, page: Page | CountedPage) {
  const { chatbotId, from, to, q, ids, deliveryStates } = filter
  const after = 'after' in page ? page.after : null
  let query = db.selectFrom('leads').select(LEAD_COLUMNS).where(isOfLiveChatbot('leads', chatbotId))
  const isFound = q !== undefined || ids !== undefined
  const ofState = isFound ? null : leadsByDeliveries(db, filter, page)
  if (deliveryStates !== undefined && ofState === null) {
    query = query.where(isOfLeadStates(db, deliveryStates))
    if (!isFound) query = query.where(isLookedAt(db, filter, after))
  }
  if ('skip' in page) query = query.offset(page.skip)
  if (isPostgres(db) && chatbotId !== undefined && !isFound && ofState === null) {
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
    const leads = !isFound && ofState === null
    query = query.where(leads ? 'chatbot_id' : unindexed('chatbot_id'), '=', chatbotId)
  }
  if (from !== undefined) {
    query = query
      .where('created_at', '>=', from)
      .where('id', '>=', idFloor('lead', from - ID_SLACK_MS))
  }
  if (to !== undefined) {
    query = query.where('created_at', '<', to).where('id', '<', idFloor('lead', to + ID_SLACK_MS))
  }
  if (q !== undefined) query = query.where('id', '=', leadSought(q))
  if (ids !== undefined) query = query.where(isListed(db, 'id', ids))
  if (ofState !== null) query = query.where(isAmong(db, ofState))
  if (after !== null) query = query.where('id', '<', after)
  // What is found by its id is sorted: else PostgreSQL would walk all leads in their order, and ask each.
  const order = (ofState !== null || ids !== undefined) && isPostgres(db) ? unindexed('id') : 'id'
  return query.orderBy(order, 'desc').limit(page.limit)
}

function isAmong(db: Builder, ids: RawBuilder<unknown>) {
  return isPostgres(db) ? sql<SqlBool>`id = ANY(ARRAY(${ids}))` : sql<SqlBool>`id IN (${ids})`
}

/** Of those that no list leads to, the newest: a page may be shorter, and the last, though older follow. */
function isLookedAt(db: Builder, filter: Sought<LeadFilter>, after: string | null) {
  const { deliveryStates: _, ...others } = filter
  const newest = leads(db, others, { limit: LEADS_LOOKED_AT, after })
  return sql<SqlBool>`leads.id >= coalesce((SELECT min(id) FROM (${newest}) AS newest), '')`
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
