/**
 * How one webhook fares: what waits for it, what went wrong and was not delivered since, and its last
 * deliveries. Bounded: of what fails the newest of each table are read, and what is counted is counted
 * by an index, up to a bound that is told.
 */
import { type Compilable, type CompiledQuery, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Delivery } from '../../../delivery.ts'
import { idFloor } from '../../../id.ts'
import type { ErrorGroup, WaitingCounts, WebhookFailures } from '../../desk.ts'
import { type Builder, isPostgres } from '../builder.ts'
import { listDeliveries, rowsIn } from '../deliveries.ts'
import { type DeliveryRow, toDelivery } from '../rows.ts'

/** Counted of what waits, and of what was kept back. */
const WAITING_COUNTED_MAX = 100_000
/** Read of what failed, in each of the places where it lies. */
const FAILED_READ_MAX = 1_000
const SHOWN_MAX = 5
const LAST_CHARACTER = '\u{10FFFF}'

interface CountsRow {
  pending: number
  fresh: number
  parked: number
  keptBack: number
}

/** In the order that `toWebhookFailures` reads. */
export function webhookFailureQueries(
  db: Builder,
  { webhookId, since, from }: { webhookId: string; since: number; from: number },
): CompiledQuery[] {
  const delivered = listDeliveries(
    db,
    { webhookId, states: ['delivered'] },
    { limit: SHOWN_MAX, after: null },
  )
  const failed: Compilable[] = [
    givenUp(db, webhookId, since),
    retrying(db, webhookId),
    onHold(db, webhookId),
    underWay(db, webhookId),
  ]
  return [counts(db, webhookId, from), delivered.compile(), ...failed.map((one) => one.compile())]
}

function counts(db: Builder, webhookId: string, from: number): CompiledQuery {
  const keptBack = sql`(SELECT count(*) FROM (SELECT 1 FROM kept_back
      WHERE webhook_id = ${webhookId} AND event_id >= ${idFloor('event', from)}
      LIMIT ${WAITING_COUNTED_MAX + 1}) AS walk)`
  const counted = (conditions: RawBuilder<unknown>) => sql`(SELECT count(*) FROM (SELECT 1
      FROM waiting WHERE webhook_id = ${webhookId} AND ${conditions}
      LIMIT ${WAITING_COUNTED_MAX + 1}) AS walk)`
  const held = sql`(SELECT count(*) FROM claimed WHERE webhook_id = ${webhookId}
    AND state = 'pending' AND kind = 'event')`
  const heldFresh = sql`(SELECT count(*) FROM claimed WHERE webhook_id = ${webhookId}
    AND state = 'pending' AND kind = 'event' AND attempt_count = 0)`
  return sql`SELECT ${counted(sql`state = 'pending'`)} + ${held} AS pending,
    ${counted(sql`state = 'pending' AND attempt_count = 0`)} + ${heldFresh} AS fresh,
    ${counted(sql`state = 'parked'`)} AS parked, ${keptBack} AS "keptBack"`.compile(db)
}

/** Those given up last, since they were last set aside. */
function givenUp(db: Builder, webhookId: string, since: number) {
  const range = isPostgres(db)
    ? sql<SqlBool>`(deliveries.webhook_id, finished_at) >= (${webhookId}, CAST(${since} AS bigint))
      AND (deliveries.webhook_id, finished_at) < (${webhookId}, 9223372036854775807)`
    : sql<SqlBool>`deliveries.webhook_id = ${webhookId} AND finished_at >= ${since}`
  return rowsIn(db, 'finished')
    .where(sql<SqlBool>`state IN ('exhausted', 'cancelled') AND ${range}`)
    .where(sql<SqlBool>`state = 'exhausted' AND kind = 'event' AND state_reason IS NULL`)
    .orderBy('deliveries.webhook_id', 'desc')
    .orderBy('deliveries.finished_at', 'desc')
    .limit(FAILED_READ_MAX)
}

/** By their next time, the last first: what was never attempted is due long since. */
function retrying(db: Builder, webhookId: string) {
  const range = isPostgres(db)
    ? sql<SqlBool>`(deliveries.webhook_id, due_at) >= (${webhookId}, 0)
      AND (deliveries.webhook_id, due_at) < (${webhookId}, 9223372036854775807)`
    : sql<SqlBool>`deliveries.webhook_id = ${webhookId}`
  return rowsIn(db, 'waiting')
    .where(sql<SqlBool>`state = 'pending' AND ${range}`)
    .orderBy('deliveries.webhook_id', 'desc')
    .orderBy('deliveries.due_at', 'desc')
    .orderBy('deliveries.id', 'desc')
    .limit(FAILED_READ_MAX)
}

function onHold(db: Builder, webhookId: string) {
  const range = isPostgres(db)
    ? sql<SqlBool>`(deliveries.webhook_id, state, deliveries.id) >= (${webhookId}, 'parked', '')
      AND (deliveries.webhook_id, state, deliveries.id) < (${webhookId}, 'parked', ${LAST_CHARACTER})`
    : sql<SqlBool>`deliveries.webhook_id = ${webhookId} AND state = 'parked'`
  return rowsIn(db, 'waiting')
    .where(range)
    .orderBy('deliveries.webhook_id', 'desc')
    .orderBy('deliveries.state', 'desc')
    .orderBy('deliveries.id', 'desc')
    .limit(FAILED_READ_MAX)
}

/** A few thousand at most, of all webhooks. */
function underWay(db: Builder, webhookId: string) {
  return rowsIn(db, 'claimed')
    .where(sql<SqlBool>`webhook_id = ${webhookId} AND state = 'pending'`)
    .limit(FAILED_READ_MAX)
}

export function toWebhookFailures([counted, delivered, ...failed]: unknown[][]): WebhookFailures {
  const lists = failed as DeliveryRow[][]
  const rows = lists
    .flat()
    .filter(({ kind, last_error }) => kind === 'event' && last_error !== null)
  const newest = rows.toSorted((a, b) => b.updated_at - a.updated_at).slice(0, SHOWN_MAX)
  return {
    waiting: toCounts((counted as CountsRow[])[0]),
    keptBack: toKeptBack((counted as CountsRow[])[0]),
    errors: groupErrors(rows),
    moreErrors: lists.some((list) => list.length >= FAILED_READ_MAX),
    lastDelivered: (delivered as DeliveryRow[]).map(toDelivery),
    lastFailed: newest.map(toDelivery),
  }
}

function toCounts(row: CountsRow | undefined): WaitingCounts {
  const [pending, fresh, parked] = [row?.pending, row?.fresh, row?.parked].map(Number) as [
    number,
    number,
    number,
  ]
  const more = [pending, fresh, parked].some((count) => count > WAITING_COUNTED_MAX)
  return { fresh, retrying: Math.max(0, pending - fresh), onHold: parked, more }
}

function toKeptBack(row: CountsRow | undefined): WebhookFailures['keptBack'] {
  const count = Number(row?.keptBack ?? 0)
  return { count: Math.min(count, WAITING_COUNTED_MAX), more: count > WAITING_COUNTED_MAX }
}

/** What the endpoint answered, or else what went wrong: the most frequent first. */
function groupErrors(rows: readonly DeliveryRow[]): ErrorGroup[] {
  const keyOf = ({ last_status, last_error }: DeliveryRow) =>
    last_status === null ? `error ${last_error}` : `status ${last_status}`
  const groups = [...Map.groupBy(rows, keyOf).values()].map(toGroup)
  return groups.sort((a, b) => b.count - a.count || b.lastAt - a.lastAt)
}

function toGroup(rows: readonly DeliveryRow[]): ErrorGroup {
  const newest = rows.reduce((a, b) => (b.updated_at > a.updated_at ? b : a))
  const count = (is: (state: Delivery['state']) => boolean) =>
    rows.filter(({ state }) => is(state)).length
  return {
    status: newest.last_status,
    error: newest.last_error ?? '',
    count: rows.length,
    givenUp: count((state) => state === 'exhausted'),
    retrying: count((state) => state === 'pending'),
    onHold: count((state) => state === 'parked'),
    firstAt: Math.min(...rows.map(({ created_at }) => created_at)),
    lastAt: newest.updated_at,
    deliveryId: newest.id,
  }
}
