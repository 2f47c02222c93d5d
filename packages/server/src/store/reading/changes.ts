/**
 * What changed since an instant, for streams that are resumed. Most of it is read off what is there
 * anyway: new rows, recorded attempts and ends. Only what leaves neither (a cancel, a pause) has a row in
 * `changes`. A delivery is told of as it is now, not as it was then.
 *
 * It is read page by page, by the whole key of a change: its instant, its source, and its row there.
 * An instant alone is no place to go on from: one batch to fifty webhooks is 25,000 changes of one.
 *
 * New rows have no index on their instant, but their ids begin with the time at which they were made.
 * So a page of them is chosen among the ids around it. While few rows follow, it is chosen among all
 * of them, and the clocks that made the ids don't matter.
 */
import { type CompiledQuery, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { assert } from '../../errors.ts'
import { eventIdOf, idFloor, idTime } from '../../id.ts'
import type { ChangePage, ChangePlace } from '../change.ts'
import type { Change } from '../road.ts'
import { type Builder, isPostgres } from './builder.ts'
import { DELIVERY_TABLES, deliveriesIn, rowsIn } from './deliveries.ts'
import { type DeliveryRow, toDeliveryChange } from './rows.ts'
import type { Schema } from './schema.ts'

/** Ids are made a little before their row, on other clocks than the store's. */
const IDS_AROUND_MS = 10_000
/** New rows, of each kind, among which a page is chosen. */
const CHOSEN_AMONG = 20_000
/** How far a page goes where so many are newer than its place by less than the clocks may differ. */
const DENSE_MS = 1_000
const SOURCES = ['deliveries', 'leads', 'attempts', 'endings', 'moves', 'webhooks'] as const
type Source = (typeof SOURCES)[number]

interface Told {
  at: number
  key: string | number
}

/** What a page is chosen among; null: no bound on that side. */
interface Reach {
  untilMs: number | null
  deliveriesBelow: string | null
  leadsBelow: string | null
}

/** The answers say how far a page can reach: see `reachOf`. */
export function reachQueries(db: Builder, place: ChangePlace): CompiledQuery[] {
  const from = (source: Source) => sinceIn(source, place).at - IDS_AROUND_MS
  const deliveries = inEach((table) =>
    deliveriesIn(db, table)
      .select('deliveries.id as id')
      .where('deliveries.id', '>=', idFloor('delivery', from('deliveries')))
      .orderBy('deliveries.id')
      .limit(CHOSEN_AMONG + 1),
  )
  const leads = db
    .selectFrom('leads')
    .select('id')
    .where('id', '>=', idFloor('lead', from('leads')))
  const merged = db.selectFrom(merge(db, deliveries).as('deliveries')).select('id')
  return [
    merged.orderBy('id').limit(1).offset(CHOSEN_AMONG).compile(),
    leads.orderBy('id').limit(1).offset(CHOSEN_AMONG).compile(),
  ]
}

export function reachOf(found: unknown[][], place: ChangePlace): Reach {
  const [delivery, lead] = (found as { id: string }[][]).map((rows) => rows[0]?.id ?? null)
  const ends = [delivery, lead].flatMap((id) => (id ? [idTime(id) - IDS_AROUND_MS - 1] : []))
  if (ends.length === 0) return { untilMs: null, deliveriesBelow: null, leadsBelow: null }
  const untilMs = Math.max(Math.min(...ends), place.at + DENSE_MS)
  const endMs = untilMs + IDS_AROUND_MS + 1
  return {
    untilMs,
    deliveriesBelow: delivery ? idFloor('delivery', endMs) : null,
    leadsBelow: lead ? idFloor('lead', endMs) : null,
  }
}

/** One for each source, in their order, each by its key. One more than `limit` tells that others follow. */
export function changesQueries(
  db: Builder,
  { place, reach, limit }: { place: ChangePlace; reach: Reach; limit: number },
): CompiledQuery[] {
  const untilMs = reach.untilMs ?? Number.MAX_SAFE_INTEGER
  const [deliveriesBelow, leadsBelow] = [reach.deliveriesBelow, reach.leadsBelow]
  const since = (source: Source) => sinceIn(source, place)
  const rows = limit + 1
  return [
    createdDeliveries(db, since('deliveries'), { untilMs, below: deliveriesBelow, rows }),
    createdLeads(db, since('leads'), { untilMs, below: leadsBelow, rows }),
    recordedAttempts(db, since('attempts'), { untilMs, rows }),
    endedDeliveries(db, since('endings'), { untilMs, rows }),
    movedDeliveries(db, since('moves'), { untilMs, rows }),
    changedWebhooks(db, since('webhooks'), { untilMs, rows }),
  ]
}

interface Since {
  at: number
  /** Of those at this very instant, only what comes after it; null: all. */
  key: string | number | null
}

/** At one instant a source comes after those before it in the list. */
function sinceIn(source: Source, place: ChangePlace): Since {
  const index = SOURCES.indexOf(source)
  if (index === place.source) return { at: place.at, key: place.key }
  return { at: index < place.source ? place.at + 1 : place.at, key: null }
}

interface Bounds {
  untilMs: number
  rows: number
}

interface IdBounds extends Bounds {
  below: string | null
}

function createdDeliveries(db: Builder, { at, key }: Since, { untilMs, below, rows }: IdBounds) {
  const walks = inEach((table) => {
    let walk = rowsIn(db, table)
      .where('deliveries.id', '>=', idFloor('delivery', at - IDS_AROUND_MS))
      .where('deliveries.created_at', '>=', at)
      .where('deliveries.created_at', '<=', untilMs)
    if (below !== null) walk = walk.where('deliveries.id', '<', below)
    return walk
  })
  let query = db
    .selectFrom(merge(db, walks).as('deliveries'))
    .selectAll()
    .select(['created_at as at', 'id as key'])
  if (key !== null) {
    query = query.where((is) => is.or([is('created_at', '>', at), is('id', '>', String(key))]))
  }
  return query.orderBy('created_at').orderBy('id').limit(rows).compile()
}

function createdLeads(db: Builder, { at, key }: Since, { untilMs, below, rows }: IdBounds) {
  let query = db
    .selectFrom('leads')
    .select(['id as key', 'chatbot_id', 'created_at as at'])
    .where('id', '>=', idFloor('lead', at - IDS_AROUND_MS))
    .where('created_at', '>=', at)
    .where('created_at', '<=', untilMs)
  if (below !== null) query = query.where('id', '<', below)
  if (key !== null) {
    query = query.where((is) => is.or([is('created_at', '>', at), is('id', '>', String(key))]))
  }
  return query.orderBy('created_at').orderBy('id').limit(rows).compile()
}

/** Those that did not end their delivery; each tells of it as it is now. */
function recordedAttempts(db: Builder, since: Since, bounds: Bounds) {
  if (isPostgres(db)) return lookedUp(db, { of: 'attempts', since, bounds })
  const [{ at, key }, { untilMs, rows }] = [since, bounds]
  const walks = inEach((table) => {
    let walk = rowsIn(db, table)
      .innerJoin('attempts', 'deliveries.id', 'attempts.delivery_id')
      .select(['attempts.recorded_at as at', 'attempts.seq as key'])
      .where('attempts.recorded_at', '>=', at)
      .where('attempts.recorded_at', '<=', untilMs)
    if (key !== null) {
      walk = walk.where((is) =>
        is.or([is('attempts.recorded_at', '>', at), is('attempts.seq', '>', Number(key))]),
      )
    }
    return walk.orderBy('attempts.recorded_at').orderBy('attempts.seq').limit(rows)
  })
  return inOrder(db, walks, rows)
}

/** By the attempt within their row. Without one they were moved, which is a change of its own. */
function endedDeliveries(db: Builder, { at, key }: Since, { untilMs, rows }: Bounds) {
  let query = rowsIn(db, 'finished')
    .select(['deliveries.finished_at as at', 'deliveries.id as key'])
    .where(sql<SqlBool>`attempt_id IS NOT NULL`)
    .where('deliveries.finished_at', '>=', at)
    .where('deliveries.finished_at', '<=', untilMs)
  if (key !== null) {
    query = query.where((is) =>
      is.or([is('deliveries.finished_at', '>', at), is('deliveries.id', '>', String(key))]),
    )
  }
  return query.orderBy('deliveries.finished_at').orderBy('deliveries.id').limit(rows).compile()
}

function movedDeliveries(db: Builder, since: Since, bounds: Bounds) {
  if (isPostgres(db)) return lookedUp(db, { of: 'changes', since, bounds })
  const [{ at, key }, { untilMs, rows }] = [since, bounds]
  const walks = inEach((table) => {
    let walk = rowsIn(db, table)
      .innerJoin('changes', 'deliveries.id', 'changes.id')
      .select(['changes.at as at', 'changes.seq as key'])
      .where('changes.at', '>=', at)
      .where('changes.at', '<=', untilMs)
      .where('changes.noun', '=', 'delivery')
    if (key !== null) {
      walk = walk.where((is) =>
        is.or([is('changes.at', '>', at), is('changes.seq', '>', Number(key))]),
      )
    }
    return walk.orderBy('changes.at').orderBy('changes.seq').limit(rows)
  })
  return inOrder(db, walks, rows)
}

/**
 * PostgreSQL's way: their own table is walked in its order, and each delivery looked up wherever it
 * lies. LIMIT in the lateral query: else a join with whole tables may look cheaper.
 */
function lookedUp(
  db: Builder,
  { of, since, bounds }: { of: 'attempts' | 'changes'; since: Since; bounds: Bounds },
) {
  const isAttempt = of === 'attempts'
  const at = sql.ref(isAttempt ? 'told.recorded_at' : 'told.at')
  const id = sql.ref(isAttempt ? 'told.delivery_id' : 'told.id')
  const conditions = [sql`${at} >= ${since.at}`, sql`${at} <= ${bounds.untilMs}`]
  if (!isAttempt) conditions.push(sql`told.noun = 'delivery'`)
  if (since.key !== null) {
    conditions.push(sql`(${at} > ${since.at} OR told.seq > ${Number(since.key)})`)
  }
  return sql`SELECT found.*, ${at} AS at, told.seq AS key
    FROM ${sql.table(of)} AS told
    JOIN LATERAL (SELECT * FROM deliveries WHERE deliveries.id = ${id} LIMIT 1) AS found ON true
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY ${at}, told.seq LIMIT ${bounds.rows}`.compile(db)
}

/** A walk of each table in which a delivery may lie. */
function inEach<Walk>(walk: (table: (typeof DELIVERY_TABLES)[number]) => Walk): Walk[] {
  return DELIVERY_TABLES.map(walk)
}

function inOrder<Row extends Told>(db: Builder, walks: Walk<Row>[], rows: number) {
  return db
    .selectFrom(merge(db, walks).as('told'))
    .selectAll()
    .orderBy(sql`at`)
    .orderBy(sql`key`)
    .limit(rows)
    .compile()
}

type Walk<Row> = SelectQueryBuilder<Schema, never, Row>

/** Each in a subquery of its own: a limit is its walk's alone. */
function merge<Row>(db: Builder, walks: Walk<Row>[]) {
  const [first, ...others] = walks.map((walk) =>
    db.selectFrom(walk.as('walk')).selectAll().$castTo<Row>(),
  )
  assert(first, 'there are tables')
  return others.reduce((all, walk) => all.unionAll(walk), first)
}

function changedWebhooks(db: Builder, { at, key }: Since, { untilMs, rows }: Bounds) {
  let query = db
    .selectFrom('changes')
    .select(['id', 'chatbot_id', 'at', 'seq as key'])
    .where('at', '>=', at)
    .where('at', '<=', untilMs)
    .where('noun', '=', 'webhook')
  if (key !== null) {
    query = query.where((is) => is.or([is('at', '>', at), is('seq', '>', Number(key))]))
  }
  return query.orderBy('at').orderBy('seq').limit(rows).compile()
}

/** The answers to `changesQueries`, in its order. */
export function pageOfChanges(
  found: unknown[][],
  { reach, limit }: { reach: Reach; limit: number },
): ChangePage {
  const rows = (found as Told[][]).flatMap((each, source) => each.map((row) => ({ source, row })))
  // Stable: at one instant the sources stay in their order, and each in that of its keys.
  rows.sort((a, b) => a.row.at - b.row.at)
  const taken = rows.slice(0, limit)
  const last = taken.at(-1)
  const changes = taken.map(({ source, row }) => toChange(SOURCES[source], row))
  if (rows.length > limit && last) {
    return { changes, next: { at: last.row.at, source: last.source, key: last.row.key } }
  }
  return { changes, next: reach.untilMs === null ? null : startOfChanges(reach.untilMs + 1) }
}

/** Before all that changed at this instant. */
export function startOfChanges(at: number): ChangePlace {
  return { at, source: 0, key: null }
}

function toChange(source: Source | undefined, row: Told): Change {
  const { at } = row
  if (source === 'webhooks') {
    const { id: webhookId, chatbot_id: chatbotId } = row as Told & {
      id: string
      chatbot_id: string
    }
    // Which aspect is not kept; whoever takes it for settings looks once too often.
    return { type: 'webhook.updated', at, chatbotId, webhookId, aspect: 'settings' }
  }
  if (source === 'leads') {
    const { key, chatbot_id: chatbotId } = row as Told & { chatbot_id: string }
    const [leadId, eventId] = [String(key), eventIdOf(String(key))]
    return { type: 'lead.created', at, chatbotId, leadId, eventId }
  }
  return toDeliveryChange(row as Told & DeliveryRow, at)
}
