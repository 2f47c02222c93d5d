/**
 * Queries for lists, charts and searches, built once for both stores. Kysely is the builder only:
 * what it compiles is text and values, run by whoever holds the connection.
 *
 * Each list must walk an index in the order of its page; a test looks at the plans.
 */
import { type Compilable, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import { DELIVERY_STATES } from '../../delivery.ts'
import { assert } from '../../errors.ts'
import { LEAD_EVENT_SPELLINGS } from '../../event.ts'
import { ID_SLACK_MS, idFloor } from '../../id.ts'
import type {
  ConversationFilter,
  CountedPage,
  DeliveryFilter,
  ErasureFilter,
  LeadFilter,
  NewRecovery,
  Page,
  StatsQuery,
  WebhookFilter,
} from '../desk.ts'
import { type Builder, isPostgres } from './builder.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import type { Schema } from './schema.ts'
import { idSought, isDeliveryOf, isLeadOf, LAST_CHARACTER, people } from './searches.ts'
import { CHATBOT_COLUMNS } from './settings-columns.ts'

const LEAD_COLUMNS = [
  'id',
  'chatbot_id',
  'conversation_id',
  'event_id',
  'customer_name',
  'customer_email',
  'customer_phone',
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

/** A column that no index may be chosen for: an index on it would not be in the page's order. */
function unindexed(column: 'chatbot_id' | 'webhook_id' | 'state') {
  return sql<string>`${sql.ref(column)} || ''`
}

/** What a list is asked for. */
type Asked<Filter> = Filter & {
  /** `q`, where it is the beginning of a common name (searches.ts): it leads nowhere. */
  commonName?: string
}

/** `isCommonName`: `q` is the beginning of so many names that they are no way to a page. */
export function asked<Filter extends { q?: string }>(
  filter: Filter,
  isCommonName: boolean,
): Asked<Filter> {
  const { q, ...others } = filter
  return isCommonName && q !== undefined ? ({ ...others, commonName: q } as Asked<Filter>) : filter
}

/**
 * The narrowest list leads, what else is asked for only filters it. Lists of a chatbot or a webhook
 * are kept by state, or else by event type: with neither, five walks are merged.
 */
export function listDeliveries(db: Builder, given: Asked<DeliveryFilter>, page: Page): Compilable {
  const filter = withoutWebhookSearch(given)
  const { webhookId, chatbotId, state, eventId, q } = filter
  const led = eventId !== undefined || q !== undefined
  if (led) return walkDeliveries(db, filter, page, 'event')
  if (webhookId === undefined && chatbotId === undefined) {
    return walkDeliveries(db, filter, page, 'all')
  }
  const lead = webhookId === undefined ? 'chatbot' : 'webhook'
  if (state !== undefined || walksType(filter)) return walkDeliveries(db, filter, page, lead)
  const [first, ...others] = DELIVERY_STATES.map((each) => {
    const walk = walkDeliveries(db, { ...filter, state: each }, page, lead)
    return db.selectFrom(walk.as('walk')).selectAll()
  })
  assert(first, 'there are states')
  const merged = others.reduce((all, walk) => all.unionAll(walk), first)
  return db.selectFrom(merged.as('merged')).selectAll().orderBy('id', 'desc').limit(page.limit)
}

/**
 * Whether the list of an event type leads. The lead's type is in no index: there are plenty. Nor does
 * one hold the state as well, which changes while types don't: what failed or waits is little, and is
 * walked whatever its type is.
 */
function walksType({ eventType, state }: DeliveryFilter): boolean {
  const isIndexed = eventType !== undefined && !LEAD_EVENT_SPELLINGS.includes(eventType)
  return isIndexed && (state === undefined || state === 'delivered')
}

/** The condition of those indexes, literally: else they aren't used. */
const TYPED = sql<SqlBool>`event_type <> 'lead.submit' AND event_type <> 'leads.submit'`

/** A webhook has too many deliveries to sort: a search for one is the list of one. */
function withoutWebhookSearch(filter: Asked<DeliveryFilter>): Asked<DeliveryFilter> {
  const { q, ...others } = filter
  const id = q === undefined ? null : idSought(q)
  const isTaken = others.webhookId !== undefined && others.webhookId !== id
  return id?.startsWith('wh_') && !isTaken ? { ...others, webhookId: id } : filter
}

function walkDeliveries(
  db: Builder,
  filter: Asked<DeliveryFilter>,
  page: Page,
  lead: 'event' | 'webhook' | 'chatbot' | 'all',
) {
  const { chatbotId, webhookId, eventId, eventType, state, from, to, q } = filter
  const leads = (column: 'chatbot_id' | 'webhook_id' | 'state', by: (typeof lead)[]) =>
    by.includes(lead) && !(column === 'state' && typed) ? column : unindexed(column)
  const typed = lead !== 'event' && walksType(filter)
  // Most are delivered: for those no index of all states is kept, the newest are walked.
  const isKept =
    lead === 'webhook' || lead === 'chatbot' || (lead === 'all' && state !== 'delivered')
  if (isPostgres(db) && lead !== 'event' && (typed || (state !== undefined && isKept))) {
    return rangeOfDeliveries(db, filter, page, lead)
  }
  let query = db
    .selectFrom('deliveries')
    .selectAll()
    .where(isOfLiveChatbot('deliveries', chatbotId))
  if (eventId !== undefined) query = query.where('event_id', '=', eventId)
  if (webhookId !== undefined) {
    query = query.where(leads('webhook_id', ['webhook']), '=', webhookId)
  }
  if (chatbotId !== undefined) {
    query = query.where(leads('chatbot_id', ['chatbot']), '=', chatbotId)
  }
  if (state !== undefined) {
    query = query.where(leads('state', ['webhook', 'chatbot', 'all']), '=', state)
    // The condition of the index, literally: else it isn't used.
    if (lead === 'all' && state !== 'delivered') {
      query = query.where(sql<SqlBool>`state <> 'delivered'`)
    }
  }
  if (eventType !== undefined) query = query.where('event_type', '=', eventType)
  if (typed) query = query.where(TYPED)
  if (typed && lead === 'all') query = query.where(sql<SqlBool>`kind <> ''`)
  if (from !== undefined) {
    query = query
      .where('created_at', '>=', from)
      .where('id', '>=', idFloor('delivery', from - ID_SLACK_MS))
  }
  if (to !== undefined) {
    query = query
      .where('created_at', '<', to)
      .where('id', '<', idFloor('delivery', to + ID_SLACK_MS))
  }
  if (q !== undefined) query = query.where((eb) => deliveryMatches(eb, db, q))
  if (filter.commonName !== undefined) query = query.where(isDeliveryOf(filter.commonName))
  if (page.after !== null) query = query.where('id', '<', page.after)
  return query.orderBy('id', 'desc').limit(page.limit)
}

/**
 * PostgreSQL is told the way: with plain conditions it may prefer to walk all deliveries, newest
 * first, until enough of them are this chatbot's, and walks through millions when there are few. A
 * range of the index's own columns, in its own order, leaves it no other index.
 */
function rangeOfDeliveries(
  db: Builder,
  filter: Asked<DeliveryFilter>,
  page: Page,
  lead: 'webhook' | 'chatbot' | 'all',
) {
  const { chatbotId, webhookId, eventType, state, from, to } = filter
  const { floor, ceiling } = idRange('delivery', filter, page)
  const typed = walksType(filter)
  const place: [column: 'webhook_id' | 'chatbot_id' | 'event_type' | 'state', value: string][] = []
  if (lead === 'webhook') place.push(['webhook_id', webhookId ?? ''])
  if (lead === 'chatbot') place.push(['chatbot_id', chatbotId ?? ''])
  place.push(typed ? ['event_type', eventType ?? ''] : ['state', state ?? ''])
  const columns = sql.join(place.map(([column]) => sql.ref(column)))
  const values = sql.join(place.map(([, value]) => value))
  let query = db
    .selectFrom('deliveries')
    .selectAll()
    .where(sql<SqlBool>`(${columns}, id) >= (${values}, ${floor})`)
    .where(sql<SqlBool>`(${columns}, id) < (${values}, ${ceiling})`)
  if (typed) query = query.where(TYPED)
  else if (lead === 'all') query = query.where(sql<SqlBool>`state <> 'delivered'`)
  const also: RawBuilder<SqlBool>[] = []
  if (lead === 'webhook' && chatbotId !== undefined) also.push(sql`chatbot_id = ${chatbotId}`)
  if (typed && state !== undefined) also.push(sql`state = ${state}`)
  if (eventType !== undefined && !typed) also.push(sql`event_type = ${eventType}`)
  if (from !== undefined) also.push(sql`created_at >= ${from}`)
  if (to !== undefined) also.push(sql`created_at < ${to}`)
  // The cheap ones first: what they leave is asked whether its chatbot is there.
  also.push(isOfLiveChatbot('deliveries', chatbotId))
  if (filter.commonName !== undefined) also.push(isDeliveryOf(filter.commonName))
  query = query.where(likely(also))
  for (const [column] of place) query = query.orderBy(column, 'desc')
  return query.orderBy('id', 'desc').limit(page.limit)
}

/**
 * Conditions that PostgreSQL takes, together, for true of every second row. Were they taken for rare,
 * the planner would read and sort the whole range instead of walking it until the page is full.
 */
function likely(conditions: RawBuilder<SqlBool>[]) {
  return sql<SqlBool>`CASE WHEN ${sql.join(conditions, sql` AND `)} THEN true ELSE false END`
}

/** Ids from `floor` up to but without `ceiling` hold all of the page. */
function idRange(
  kind: 'delivery' | 'lead',
  { from, to }: { from?: number; to?: number },
  { after }: Pick<Page, 'after'>,
): { floor: string; ceiling: string } {
  const end = to === undefined ? LAST_CHARACTER : idFloor(kind, to + ID_SLACK_MS)
  return {
    floor: from === undefined ? '' : idFloor(kind, from - ID_SLACK_MS),
    ceiling: after !== null && after < end ? after : end,
  }
}

/** An id's prefix says which column it is; everything else is looked for in people. */
function deliveryMatches(eb: ExpressionBuilder<Schema, 'deliveries'>, db: Builder, q: string) {
  const id = idSought(q)
  if (id?.startsWith('dlv_')) return eb('id', '=', id)
  if (id?.startsWith('evt_')) return eb('event_id', '=', id)
  if (id?.startsWith('wh_')) return eb('webhook_id', '=', id)
  return eb('event_id', 'in', people(db, q, 'event_id'))
}

export function listLeads(
  db: Builder,
  filter: Asked<LeadFilter>,
  page: Page | CountedPage,
): Compilable {
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
  if (q !== undefined) query = query.where('id', 'in', people(db, q, 'id'))
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

/** Unfinished deliveries by state, counted in an index alone. */
export function currentCounts(db: Builder, { webhookId, chatbotId }: StatsQuery): Compilable {
  let query = db
    .selectFrom('deliveries')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .where('state', 'in', ['pending', 'parked'])
    .groupBy('state')
  if (webhookId !== undefined) query = query.where('webhook_id', '=', webhookId)
  if (chatbotId !== undefined) {
    const column = webhookId === undefined ? 'chatbot_id' : unindexed('chatbot_id')
    query = query.where(column, '=', chatbotId)
  }
  // The condition of the index, literally: else it isn't used.
  if (webhookId === undefined && chatbotId === undefined) {
    query = query.where(sql<SqlBool>`state <> 'delivered'`)
  }
  return query
}

/** How many deliveries a recovery would send again. */
export function countRecoverable(db: Builder, recovery: NewRecovery): Compilable {
  let query = db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('webhook_id', '=', recovery.webhookId)
    .where('kind', '=', 'event')
    .where('finished_at', '>=', recovery.since)
    .where('finished_at', '<', recovery.until)
    .where('state', 'in', recovery.states)
  // The condition of the index, literally.
  if (!recovery.states.includes('delivered')) {
    query = query.where(sql<SqlBool>`state in ('exhausted', 'cancelled')`)
  }
  return query
}
