/**
 * The list of events. A lead's event is its lead's row (docs/decisions/0044-hot-and-cold.md), so two
 * walks are merged, each by an index in the order of the page.
 */
import { type Compilable, type RawBuilder, type SqlBool, sql } from 'kysely'
import { canonicalEventType, LEAD_EVENT } from '../../event.ts'
import { leadIdOf } from '../../id.ts'
import type { EventFilter, ListedEvent, Page } from '../lists.ts'
import { type Builder, isPostgres } from './builder.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import type { EventRow, LeadRow } from './rows.ts'
import { eventOfLead, toEvent } from './rows.ts'
import { IN_ITS_ORDER, idRange, likely } from './walking.ts'

/** Of a lead, `event_type` is null, and of others the lead's columns are. Ids are the events'. */
type ListedEventRow = Omit<EventRow, 'event_type' | 'payload'> &
  Pick<LeadRow, 'conversation_id' | 'customer_name' | 'customer_email' | 'customer_phone'> & {
    event_type: string | null
    payload: string | null
  }

/** Those that can be large. */
export const EVENT_SIZED = [
  'payload',
  'conversation_id',
  'customer_name',
  'customer_email',
  'customer_phone',
]

const NO_TEXT = sql`CAST(NULL AS text)`

const OF_LEAD = sql`'evt_' || substr(id, 6, 23) || '000' AS id, chatbot_id, ${NO_TEXT} AS event_type,
  ${NO_TEXT} AS payload, 0 AS erased, created_at, conversation_id, customer_name, customer_email,
  customer_phone`
const OF_OTHERS = sql`id, chatbot_id, event_type, payload, erased, created_at,
  ${NO_TEXT} AS conversation_id, ${NO_TEXT} AS customer_name, ${NO_TEXT} AS customer_email,
  ${NO_TEXT} AS customer_phone`

export function listEvents(db: Builder, filter: EventFilter, page: Page): Compilable {
  const walks = [walk(db, 'events', { filter, page })]
  const { eventType } = filter
  const type = eventType === undefined ? undefined : canonicalEventType(eventType)
  if (type === undefined || type === LEAD_EVENT) walks.push(walk(db, 'leads', { filter, page }))
  const merged = sql.join(
    walks.map((rows) => sql`SELECT * FROM (${rows}) AS walk`),
    sql` UNION ALL `,
  )
  return db
    .selectFrom(sql<ListedEventRow>`(${merged})`.as('merged'))
    .selectAll()
    .orderBy('id', 'desc')
    .limit(page.limit)
}

function walk(
  db: Builder,
  table: 'events' | 'leads',
  { filter, page }: { filter: EventFilter; page: Page },
): RawBuilder<unknown> {
  const { from, to } = filter
  const isOfLeads = table === 'leads'
  const after = isOfLeads && page.after !== null ? leadIdOf(page.after) : page.after
  const { floor, ceiling } = idRange(isOfLeads ? 'lead' : 'event', filter, { after })
  const also = [isOfLiveChatbot(table, filter.chatbotId)]
  if (from !== undefined) also.push(sql`created_at >= ${from}`)
  if (to !== undefined) also.push(sql`created_at < ${to}`)
  const place = isOfLeads ? placeOf({ ...filter, eventType: undefined }) : placeOf(filter)
  const rows = sql`SELECT ${isOfLeads ? OF_LEAD : OF_OTHERS} FROM ${sql.table(table)}`
  const columns = [...place.map(([column]) => column), 'id']
  const order = sql.join(columns.map((column) => sql`${sql.ref(`${table}.${column}`)} DESC`))
  const range = isPostgres(db)
    ? rangeInOrder(place, { floor, ceiling })
    : sql`${sql.join(
        place.map(([column, value]) => sql`${sql.ref(column)} = ${value} AND `),
        sql``,
      )} ${sql.ref(`${table}.id`)} >= ${floor} AND ${sql.ref(`${table}.id`)} < ${ceiling}`
  const inOrder = sql.raw(isPostgres(db) ? IN_ITS_ORDER : '')
  return sql`${rows} WHERE ${range} AND ${likely(also)} ${inOrder}
    ORDER BY ${order} LIMIT ${page.limit}`
}

type Place = [column: string, value: string][]

/** Which columns of the index are given, in its order. */
function placeOf({ chatbotId, eventType }: { chatbotId?: string; eventType?: string | undefined }) {
  const place: Place = []
  if (chatbotId !== undefined) place.push(['chatbot_id', chatbotId])
  if (eventType !== undefined) place.push(['event_type', canonicalEventType(eventType)])
  return place
}

/** As rangeOfDeliveries has it: a range of the index's own columns leaves PostgreSQL no other index. */
function rangeInOrder(place: Place, { floor, ceiling }: { floor: string; ceiling: string }) {
  const names = sql.join([...place.map(([column]) => column), 'id'].map((name) => sql.ref(name)))
  const from = sql.join([...place.map(([, value]) => value), floor])
  const to = sql.join([...place.map(([, value]) => value), ceiling])
  return sql<SqlBool>`(${names}) >= (${from}) AND (${names}) < (${to})`
}

export function toListedEvent(row: ListedEventRow): ListedEvent {
  const { event_type, payload } = row
  if (event_type === null || payload === null) {
    return { ...toEvent(eventOfLead({ ...row, id: leadIdOf(row.id) })), erased: false }
  }
  return { ...toEvent({ ...row, event_type, payload }), erased: row.erased === 1 }
}
