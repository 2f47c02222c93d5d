/**
 * Queries for lists, charts and searches, built once for both stores. Kysely is the builder only:
 * what it compiles is text and values, run by whoever holds the connection.
 *
 * Each list must walk an index in the order of its page; a test looks at the plans.
 */
import {
  type Compilable,
  DummyDriver,
  type ExpressionBuilder,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  type SqlBool,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { DELIVERY_STATES, type DeliveryState } from '../delivery.ts'
import { assert } from '../errors.ts'
import { idFloor } from '../id.ts'
import { LATENCY_BUCKETS } from './latency.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import type { Schema } from './schema.ts'
import { isDeliveryOf, isLeadOf, LAST_CHARACTER, people } from './searches.ts'
import type {
  DeliveryFilter,
  ErasureFilter,
  LeadFilter,
  NewRecovery,
  Page,
  StatsQuery,
} from './store.ts'

export type Builder = Kysely<Schema>

/** A builder without a connection. */
export function sqliteBuilder(): Builder {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** The same, in PostgreSQL's words. */
export function postgresBuilder(): Builder {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}

/**
 * Ids are made a moment before the row, and by other nodes' clocks: ids bound the walk with this
 * much to spare, the row's own instant decides.
 */
const ID_SLACK_MS = 10 * 60_000

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
    .select(['id', 'name', 'lead_form', 'allowed_origins', 'created_at', 'updated_at'])
    .where('deleted_at', 'is', null)
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
}

export function listWebhooks(db: Builder, chatbotId: string, page: Page): Compilable {
  return db
    .selectFrom('webhooks')
    .selectAll()
    .where('chatbot_id', '=', chatbotId)
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
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
 * are kept by state: without one, five walks are merged.
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
  if (state !== undefined) return walkDeliveries(db, filter, page, lead)
  const [first, ...others] = DELIVERY_STATES.map((each) => {
    const walk = walkDeliveries(db, { ...filter, state: each }, page, lead)
    return db.selectFrom(walk.as('walk')).selectAll()
  })
  assert(first, 'there are states')
  const merged = others.reduce((all, walk) => all.unionAll(walk), first)
  return db.selectFrom(merged.as('merged')).selectAll().orderBy('id', 'desc').limit(page.limit)
}

/** A webhook has too many deliveries to sort: a search for one is the list of one. */
function withoutWebhookSearch(filter: Asked<DeliveryFilter>): Asked<DeliveryFilter> {
  const { q, ...others } = filter
  const isTaken = others.webhookId !== undefined && others.webhookId !== q
  return q?.startsWith('wh_') && !isTaken ? { ...others, webhookId: q } : filter
}

function walkDeliveries(
  db: Builder,
  filter: Asked<DeliveryFilter>,
  page: Page,
  lead: 'event' | 'webhook' | 'chatbot' | 'all',
) {
  const { chatbotId, webhookId, eventId, eventType, state, from, to, q } = filter
  const leads = (column: 'chatbot_id' | 'webhook_id' | 'state', by: (typeof lead)[]) =>
    by.includes(lead) ? column : unindexed(column)
  // Most are delivered: for those no index of all states is kept, the newest are walked.
  const isKept =
    lead === 'webhook' || lead === 'chatbot' || (lead === 'all' && state !== 'delivered')
  if (isPostgres(db) && state !== undefined && isKept) {
    return rangeOfDeliveries(db, { ...filter, state }, page, lead)
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
  filter: Asked<DeliveryFilter> & { state: DeliveryState },
  page: Page,
  lead: 'webhook' | 'chatbot' | 'all',
) {
  const { chatbotId, webhookId, eventType, state, from, to } = filter
  const { floor, ceiling } = idRange('delivery', filter, page)
  let query = db.selectFrom('deliveries').selectAll()
  if (lead === 'all') {
    query = query
      .where(sql<SqlBool>`(state, id) >= (${state}, ${floor})`)
      .where(sql<SqlBool>`(state, id) < (${state}, ${ceiling})`)
      .where(sql<SqlBool>`state <> 'delivered'`)
  } else {
    const column = lead === 'webhook' ? 'webhook_id' : 'chatbot_id'
    const value = (lead === 'webhook' ? webhookId : chatbotId) ?? ''
    const place = sql`(${sql.ref(column)}, state, id)`
    query = query
      .where(sql<SqlBool>`${place} >= (${value}, ${state}, ${floor})`)
      .where(sql<SqlBool>`${place} < (${value}, ${state}, ${ceiling})`)
      .orderBy(column, 'desc')
  }
  const also: RawBuilder<SqlBool>[] = [isOfLiveChatbot('deliveries', chatbotId)]
  if (lead === 'webhook' && chatbotId !== undefined) also.push(sql`chatbot_id = ${chatbotId}`)
  if (eventType !== undefined) also.push(sql`event_type = ${eventType}`)
  if (from !== undefined) also.push(sql`created_at >= ${from}`)
  if (to !== undefined) also.push(sql`created_at < ${to}`)
  if (filter.commonName !== undefined) also.push(isDeliveryOf(filter.commonName))
  query = query.where(likely(also))
  return query.orderBy('state', 'desc').orderBy('id', 'desc').limit(page.limit)
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
  { after }: Page,
): { floor: string; ceiling: string } {
  const end = to === undefined ? LAST_CHARACTER : idFloor(kind, to + ID_SLACK_MS)
  return {
    floor: from === undefined ? '' : idFloor(kind, from - ID_SLACK_MS),
    ceiling: after !== null && after < end ? after : end,
  }
}

function isPostgres(db: Builder): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

/** An id's prefix says which column it is; everything else is looked for in people. */
function deliveryMatches(eb: ExpressionBuilder<Schema, 'deliveries'>, db: Builder, q: string) {
  if (q.startsWith('dlv_')) return eb('id', '=', q)
  if (q.startsWith('evt_')) return eb('event_id', '=', q)
  if (q.startsWith('wh_')) return eb('webhook_id', '=', q)
  return eb('event_id', 'in', people(db, q, 'event_id'))
}

export function listLeads(db: Builder, filter: Asked<LeadFilter>, page: Page): Compilable {
  const { chatbotId, from, to, q, commonName } = filter
  let query = db.selectFrom('leads').select(LEAD_COLUMNS).where(isOfLiveChatbot('leads', chatbotId))
  if (commonName !== undefined) query = query.where(isLeadOf(commonName))
  if (isPostgres(db) && chatbotId !== undefined && q === undefined) {
    // As in rangeOfDeliveries.
    const { floor, ceiling } = idRange('lead', filter, page)
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
  if (page.after !== null) query = query.where('id', '<', page.after)
  return query.orderBy('id', 'desc').limit(page.limit)
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

const SUMMED = [
  'accepted',
  'delivered',
  'exhausted',
  'cancelled',
  'attempts',
  'failed_attempts',
] as const

/** One row for each step that has anything; totals and percentiles come from adding rows. */
export function statsSeries(db: Builder, query: StatsQuery): Compilable {
  const { from, stepMs } = query
  const at = sql<number>`minute - (minute - ${from}) % ${stepMs}`
  const latencies = Array.from({ length: LATENCY_BUCKETS }, (_, i) => `latency_${i}` as const)
  return (
    db
      .selectFrom('stats_minutes')
      .select(at.as('at'))
      .select((eb) => SUMMED.map((name) => eb.fn.sum<number>(name).as(name)))
      .select((eb) => latencies.map((name) => eb.fn.sum<number>(name).as(name)))
      .where('minute', '>=', from)
      .where('minute', '<', query.to)
      .$if(query.webhookId !== undefined, (q) => q.where('webhook_id', '=', query.webhookId ?? ''))
      .$if(query.chatbotId !== undefined, (q) => {
        const column = query.webhookId === undefined ? 'chatbot_id' : unindexed('chatbot_id')
        return q.where(column, '=', query.chatbotId ?? '')
      })
      // By its name: repeated, it would have other parameters, and not be the same to PostgreSQL.
      .groupBy('at')
      .orderBy('at')
  )
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
