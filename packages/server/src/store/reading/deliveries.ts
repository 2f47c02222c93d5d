/**
 * Lists of deliveries: each walks an index of the table where it lies, in the order of its page
 * (docs/decisions/0044-hot-and-cold.md). What is claimed is a few thousand at most, and walked whole.
 */
import { type Compilable, type RawBuilder, type SqlBool, sql } from 'kysely'
import { type AnswerNote, DELIVERY_STATES, type DeliveryState } from '../../delivery.ts'
import { assert } from '../../errors.ts'
import { deliveryRangeOf, ID_SLACK_MS, idFloor } from '../../id.ts'
import type { StatusClass } from '../../outcome.ts'
import { storedBeginning } from '../../owner-words.ts'
import type { DeliveryFilter, NewRecovery, Page, StatsQuery } from '../desk.ts'
import { type Builder, isPostgres } from './builder.ts'
import { IS_GIVEN_UP } from './figures/given-up.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import type { Sought } from './queries.ts'
import type { DeliveryRow } from './rows.ts'
import { idSought, isLeadEvent, leadEvents, leadSought } from './searches.ts'
import { isListed } from './searching/listed.ts'
import { IN_ITS_ORDER, idRange, likely, unindexed } from './walking.ts'

export const DELIVERY_TABLES = ['claimed', 'waiting', 'finished'] as const
type DeliveryTable = (typeof DELIVERY_TABLES)[number]

const WAITING: readonly DeliveryState[] = ['pending', 'parked']

const SHARED = [
  'deliveries.id',
  'deliveries.webhook_id',
  'deliveries.chatbot_id',
  'deliveries.event_type',
  'deliveries.kind',
  'deliveries.state',
  'deliveries.state_reason',
  'deliveries.attempt_count',
  'deliveries.series_attempts',
  'deliveries.last_status',
  'deliveries.last_error',
  'deliveries.created_at',
  'deliveries.shape',
] as const

/** One of the tables as rows of deliveries, under the name of the whole. */
export function deliveriesIn(db: Builder, table: DeliveryTable) {
  return db.selectFrom(sql<DeliveryRow>`${sql.table(table)}`.as('deliveries'))
}

type Instant = 'uncharged_since' | 'due_at' | 'schedule_due_at' | 'finished_at' | 'updated_at'

/** A whole row, whichever table it lies in. */
export function rowsIn(db: Builder, table: DeliveryTable) {
  const number = (column: Instant) => {
    if (table === 'finished' && column === 'updated_at') return sql<number>`deliveries.finished_at`
    const isThere = table === 'claimed' || (table === 'waiting') === (column !== 'finished_at')
    return isThere ? sql<number>`deliveries.${sql.ref(column)}` : sql<number>`CAST(NULL AS bigint)`
  }
  const note =
    table === 'finished'
      ? sql<AnswerNote | null>`deliveries.note`
      : sql<AnswerNote | null>`CAST(NULL AS text)`
  const claimedBy = table === 'claimed' ? sql<string>`claimed_by` : sql<string>`CAST(NULL AS text)`
  return deliveriesIn(db, table)
    .select(SHARED)
    .select([
      number('uncharged_since').as('uncharged_since'),
      number('due_at').as('due_at'),
      number('schedule_due_at').as('schedule_due_at'),
      claimedBy.as('claimed_by'),
      number('finished_at').as('finished_at'),
      number('updated_at').as('updated_at'),
      note.as('last_note'),
      (table === 'finished'
        ? sql<number | null>`deliveries.duration_ms`
        : sql<number | null>`CAST(NULL AS real)`
      ).as('duration_ms'),
    ])
}

/** What leads: an index by it is walked, or what the page asks for is found otherwise. */
type Lead = 'found' | 'webhook' | 'chatbot' | 'all'

interface Walk {
  table: DeliveryTable
  lead: Lead
  /** The walk is of one state's rows. */
  state?: DeliveryState
}

/** The narrowest list leads, what else is asked for only filters it. */
export function listDeliveries(db: Builder, given: Sought<DeliveryFilter>, page: Page): Compilable {
  const filter = withoutWebhookSearch(given.givenUp ? { ...given, states: ['exhausted'] } : given)
  const walks = walksOf(filter).map((walk) => {
    const rows = isRange(db, filter, walk)
      ? rangeOfDeliveries(db, filter, { page, walk })
      : walkDeliveries(db, filter, { page, walk })
    return db.selectFrom(rows.as('walk')).selectAll()
  })
  const [first, ...others] = walks
  assert(first, 'there are tables')
  const merged = others.reduce((all, walk) => all.unionAll(walk), first)
  return db.selectFrom(merged.as('merged')).selectAll().orderBy('id', 'desc').limit(page.limit)
}

/**
 * Lists of a chatbot or a webhook are kept by state, or else by event type: with neither, a walk for
 * each state is merged.
 */
function walksOf(filter: Sought<DeliveryFilter>): Walk[] {
  const walks = walksOfAll(filter)
  // Nothing else than what is over was given up.
  if (filter.givenUp) return walks.filter(({ table }) => table === 'finished')
  return isFailureSought(filter) ? walks.filter(({ state }) => state !== 'delivered') : walks
}

function walksOfAll(filter: Sought<DeliveryFilter>): Walk[] {
  const { webhookId, chatbotId, states, eventId, q, ids, ofLeads, ofFewLeads } = filter
  const isFound = [eventId, q, ids, ofLeads, ofFewLeads].some((each) => each !== undefined)
  if (isFound) return DELIVERY_TABLES.map((table) => ({ table, lead: 'found' }))
  const lead = webhookId !== undefined ? 'webhook' : chatbotId !== undefined ? 'chatbot' : 'all'
  const claimed: Walk = { table: 'claimed', lead: 'found' }
  if (states === undefined && isWhole(filter, lead)) {
    return [claimed, { table: 'waiting', lead }, { table: 'finished', lead }]
  }
  const ofState = (state: DeliveryState): Walk => ({ table: tableOf(state), lead, state })
  return [claimed, ...(states ?? DELIVERY_STATES).map(ofState)]
}

/** Failures lie by their state, also those of all: what was delivered is not walked for them. */
function isWhole(filter: Sought<DeliveryFilter>, lead: Lead): boolean {
  return !isFailureSought(filter) && (lead === 'all' || walksType(filter))
}

function isFailureSought({ lastStatus, lastError }: DeliveryFilter): boolean {
  return lastStatus !== undefined || lastError !== undefined
}

/** What is asked of a row that failed. */
function failureConditions({ givenUp, lastStatus, lastError }: DeliveryFilter) {
  const conditions: RawBuilder<SqlBool>[] = []
  if (lastStatus !== undefined) conditions.push(isAnsweredSo(lastStatus))
  if (lastError !== undefined) conditions.push(isToldAs(lastError))
  if (conditions.length > 0) conditions.push(sql`deliveries.state <> 'delivered'`)
  if (givenUp) conditions.push(IS_GIVEN_UP)
  return conditions
}

function isAnsweredSo(asked: number | StatusClass): RawBuilder<SqlBool> {
  const status = sql`coalesce(deliveries.last_status, 0)`
  if (typeof asked === 'number') return sql`${status} = ${asked}`
  const first = Number(asked[0]) * 100
  return sql`${status} BETWEEN ${first} AND ${first + 99}`
}

/** Of a row that failed: as it is stored, or as an owner is told it (rules/recovered.ts does the same). */
function isToldAs(asked: string): RawBuilder<SqlBool> {
  const error = sql`coalesce(deliveries.last_error, '')`
  const beginning = storedBeginning(asked)
  if (beginning === null) return sql`${error} = ${asked}`
  const text = sql`CAST(${beginning} AS text)`
  return sql`(${error} = ${asked} OR substr(${error}, 1, length(${text})) = ${text})`
}

/** Where those in nobody's hands lie. */
function tableOf(state: DeliveryState): DeliveryTable {
  return WAITING.includes(state) ? 'waiting' : 'finished'
}

/** Whether the list of an event type leads. The lead's type is in no index: there are plenty. */
function walksType({ eventType }: DeliveryFilter): boolean {
  return eventType !== undefined && !isLeadEvent(eventType)
}

/** The condition of those indexes, literally: else they aren't used. */
const TYPED = sql<SqlBool>`event_type <> 'lead.submit' AND event_type <> 'leads.submit'`
/** Of a type, of all: each index has its own words, so that it is taken for no other. */
const TYPE_FAILED = sql<SqlBool>`coalesce(state, '') <> 'delivered'`
const FAILED = sql<SqlBool>`state <> 'delivered'`

/** A webhook has too many deliveries to sort: a search for one is the list of one. */
function withoutWebhookSearch(filter: Sought<DeliveryFilter>): Sought<DeliveryFilter> {
  const { q, ...others } = filter
  const id = q === undefined ? null : idSought(q)
  const isTaken = others.webhookId !== undefined && others.webhookId !== id
  return id?.startsWith('wh_') && !isTaken ? { ...others, webhookId: id } : filter
}

/** Which columns of the index are given, in its order. */
function placeOf(filter: Sought<DeliveryFilter>, { table, lead, state }: Walk) {
  const place: [column: 'webhook_id' | 'chatbot_id' | 'event_type' | 'state', value: string][] = []
  if (lead === 'found') return place
  if (lead === 'webhook') place.push(['webhook_id', filter.webhookId ?? ''])
  if (lead === 'chatbot') place.push(['chatbot_id', filter.chatbotId ?? ''])
  const typed = walksType(filter)
  if (typed) place.push(['event_type', filter.eventType ?? ''])
  // Of a type there is a list by state only of what failed; of all that was delivered there is none.
  const isFailed = table === 'finished' && state !== 'delivered'
  if (state !== undefined && (typed ? isFailed : lead !== 'all' || state !== 'delivered')) {
    place.push(['state', state])
  }
  return place
}

function walkDeliveries(
  db: Builder,
  filter: Sought<DeliveryFilter>,
  { page, walk }: { page: Page; walk: Walk },
) {
  const { chatbotId, webhookId, eventId, eventType, from, to, q } = filter
  const place = placeOf(filter, walk)
  const leading = new Set<string>(place.map(([column]) => column))
  const led = (column: 'chatbot_id' | 'webhook_id' | 'state') =>
    leading.has(column) ? (`deliveries.${column}` as const) : unindexed(column)
  let query = rowsIn(db, walk.table).where(isOfLiveChatbot('deliveries', chatbotId))
  if (eventId !== undefined) {
    const { first, last } = deliveryRangeOf(eventId)
    query = query.where('deliveries.id', '>', first).where('deliveries.id', '<=', last)
  }
  if (webhookId !== undefined) query = query.where(led('webhook_id'), '=', webhookId)
  if (chatbotId !== undefined) query = query.where(led('chatbot_id'), '=', chatbotId)
  const states = walk.state === undefined ? filter.states : [walk.state]
  if (states !== undefined) query = query.where(led('state'), 'in', states)
  if (eventType !== undefined) query = query.where('deliveries.event_type', '=', eventType)
  for (const condition of ofIndex(walk, leading)) query = query.where(condition)
  if (from !== undefined) {
    query = query
      .where('deliveries.created_at', '>=', from)
      .where('deliveries.id', '>=', idFloor('delivery', from - ID_SLACK_MS))
  }
  if (to !== undefined) {
    query = query
      .where('deliveries.created_at', '<', to)
      .where('deliveries.id', '<', idFloor('delivery', to + ID_SLACK_MS))
  }
  for (const condition of failureConditions(filter)) query = query.where(condition)
  if (filter.ofFewLeads !== undefined) {
    query = query.where(isInRange(db, leadEvents(filter.ofFewLeads), walk.table))
  }
  if (filter.ids !== undefined) query = query.where(isListed(db, 'deliveries.id', filter.ids))
  if (filter.ofLeads !== undefined) {
    query = query.where(isInRange(db, sharedNames(db, filter.ofLeads), walk.table))
  }
  if (q !== undefined) query = query.where(isFoundBy(db, q, walk.table))
  if (page.after !== null) query = query.where('deliveries.id', '<', page.after)
  return query.orderBy('deliveries.id', 'desc').limit(page.limit)
}

/** The conditions of the index that is to be walked, literally: else it isn't used. */
function ofIndex(
  { table, lead, state }: Walk,
  leading: ReadonlySet<string>,
): RawBuilder<SqlBool>[] {
  const conditions: RawBuilder<SqlBool>[] = []
  const typed = leading.has('event_type')
  if (typed) conditions.push(TYPED)
  const isFailed = table === 'finished' && leading.has('state') && state !== 'delivered'
  if (isFailed && typed) conditions.push(TYPE_FAILED)
  else if (isFailed && lead === 'all') conditions.push(FAILED)
  if (typed && lead === 'all' && !isFailed) conditions.push(sql<SqlBool>`kind <> ''`)
  return conditions
}

/** PostgreSQL's way, wherever there is an index to walk. */
function isRange(db: Builder, filter: Sought<DeliveryFilter>, walk: Walk): boolean {
  return isPostgres(db) && placeOf(filter, walk).length > 0
}

/**
 * PostgreSQL is told the way: with plain conditions it may prefer to walk all deliveries, newest
 * first, until enough of them are this chatbot's, and walks through millions when there are few. A
 * range of the index's own columns, in its own order, leaves it no other index.
 */
function rangeOfDeliveries(
  db: Builder,
  filter: Sought<DeliveryFilter>,
  { page, walk }: { page: Page; walk: Walk },
) {
  const { chatbotId, eventType, from, to } = filter
  const { floor, ceiling } = idRange('delivery', filter, page)
  const place = placeOf(filter, walk)
  const leading = new Set<string>(place.map(([column]) => column))
  const columns = sql.join(place.map(([column]) => sql.ref(`deliveries.${column}`)))
  const values = sql.join(place.map(([, value]) => value))
  let query = rowsIn(db, walk.table)
    .where(sql<SqlBool>`(${columns}, deliveries.id) >= (${values}, ${floor})`)
    .where(sql<SqlBool>`(${columns}, deliveries.id) < (${values}, ${ceiling})`)
  for (const condition of ofIndex(walk, leading)) query = query.where(condition)
  const also: RawBuilder<SqlBool>[] = []
  if (!leading.has('chatbot_id') && chatbotId !== undefined) {
    also.push(sql`deliveries.chatbot_id = ${chatbotId}`)
  }
  if (!leading.has('state') && walk.state !== undefined) also.push(sql`state = ${walk.state}`)
  if (!leading.has('event_type') && eventType !== undefined) {
    also.push(sql`event_type = ${eventType}`)
  }
  if (from !== undefined) also.push(sql`deliveries.created_at >= ${from}`)
  if (to !== undefined) also.push(sql`deliveries.created_at < ${to}`)
  also.push(...failureConditions(filter))
  // The cheap ones first: what they leave is asked whether its chatbot is there.
  also.push(isOfLiveChatbot('deliveries', chatbotId))
  query = query.where(sql<SqlBool>`${likely(also)} ${sql.raw(IN_ITS_ORDER)}`)
  for (const [column] of place) query = query.orderBy(`deliveries.${column}`, 'desc')
  return query.orderBy('deliveries.id', 'desc').limit(page.limit)
}

/** As rows of `shared`. */
function sharedNames(db: Builder, names: readonly string[]): RawBuilder<unknown> {
  if (!isPostgres(db)) return sql`SELECT value AS shared FROM json_each(${JSON.stringify(names)})`
  return sql`SELECT unnest(CAST(${`{${names.join(',')}}`} AS text[])) AS shared`
}

/** An id's prefix says which column it is; everything else was looked for in people before. */
function isFoundBy(db: Builder, q: string, table: DeliveryTable): RawBuilder<SqlBool> {
  const id = idSought(q)
  if (id?.startsWith('dlv_')) return sql`deliveries.id = ${id}`
  if (id?.startsWith('wh_')) return sql`deliveries.webhook_id || '' = ${id}`
  if (id?.startsWith('evt_')) {
    const { first, last } = deliveryRangeOf(id)
    return sql`deliveries.id > ${first} AND deliveries.id <= ${last}`
  }
  const found = sql`SELECT substr(id, 6, 23) AS shared FROM leads WHERE id = ${leadSought(q)}`
  return isInRange(db, found, table)
}

/** `found`: what the ids of some events have in common with those of their deliveries, as `shared`. */
function isInRange(db: Builder, found: RawBuilder<unknown>, table: DeliveryTable) {
  const range = sql`of_lead.id > 'dlv_' || found.shared || '000'
      AND of_lead.id <= 'dlv_' || found.shared || 'zzz'`
  if (isPostgres(db)) {
    // Event by event, and then delivery by delivery: a join would walk all of them.
    return sql<SqlBool>`deliveries.id = ANY(ARRAY(SELECT of_event.id FROM (${found}) AS found
      CROSS JOIN LATERAL (SELECT of_lead.id FROM ${sql.table(table)} AS of_lead
        WHERE ${range} OFFSET 0) AS of_event))`
  }
  return sql<SqlBool>`deliveries.id IN (SELECT of_lead.id FROM (${found}) AS found
    JOIN ${sql.table(table)} AS of_lead ON ${range})`
}

/** Unfinished deliveries by state. */
export function currentCounts(db: Builder, query: StatsQuery): Compilable {
  const counted = (['claimed', 'waiting'] as const).map((table) => {
    const { webhookId, chatbotId } = query
    let rows = db
      .selectFrom(sql<DeliveryRow>`${sql.table(table)}`.as(table))
      .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
      .where('state', 'in', WAITING)
      .groupBy('state')
    if (webhookId !== undefined) rows = rows.where('webhook_id', '=', webhookId)
    if (chatbotId !== undefined) {
      const column = webhookId === undefined ? 'chatbot_id' : unindexed('chatbot_id')
      rows = rows.where(column, '=', chatbotId)
    }
    return rows
  })
  const [claimed, waiting] = counted
  assert(claimed && waiting, 'one for each table')
  return db
    .selectFrom(claimed.unionAll(waiting).as('counted'))
    .select((eb) => ['state', eb.fn.sum<number>('count').as('count')])
    .groupBy('state')
}

/** How many deliveries a recovery would send again. */
export function countRecoverable(db: Builder, recovery: NewRecovery): Compilable {
  let query = deliveriesIn(db, 'finished')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('webhook_id', '=', recovery.webhookId)
    .where('kind', '=', 'event')
    .where('finished_at', '>=', recovery.since)
    .where('finished_at', '<', recovery.until)
    .where('state', 'in', recovery.states)
    // It would be refused.
    .where(sql<SqlBool>`coalesce(state_reason, '') <> 'lead_erased'`)
  if (recovery.lastStatus !== undefined)
    query = query.where('last_status', '=', recovery.lastStatus)
  if (recovery.lastError !== undefined) query = query.where(isToldAs(recovery.lastError))
  // The condition of the index, literally.
  if (!recovery.states.includes('delivered')) {
    query = query.where(sql<SqlBool>`state in ('exhausted', 'cancelled')`)
  }
  return query
}

/** How many of a webhook's deliveries wait, in nobody's hands; with `dueAfter` those that are due later. */
export function countWaiting(
  db: Builder,
  { webhookId, dueAfter }: { webhookId: string; dueAfter: number | null },
): Compilable {
  const query = deliveriesIn(db, 'waiting')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('webhook_id', '=', webhookId)
    // The condition of the index, literally.
    .where(sql<SqlBool>`state = 'pending'`)
  return dueAfter === null ? query : query.where('due_at', '>', dueAfter)
}
