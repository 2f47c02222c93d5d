/**
 * What became of a lead, beside it: the states of its deliveries, found through the ids that they share.
 * Three short walks over primary keys for each lead of a page, and only for those of the page.
 */
import { type Compilable, type RawBuilder, sql } from 'kysely'
import { isDoubtful } from '../../delivery.ts'
import type { LeadDeliveries, LeadState, ListedLead } from '../../lead.ts'
import type { CountedPage, LeadFilter, Page } from '../lists.ts'
import { type Builder, isPostgres } from './builder.ts'
import { DELIVERY_TABLES } from './deliveries.ts'
import { leads, type Sought } from './queries.ts'
import { type DeliveryRow, type LeadRow, toLead } from './rows.ts'

/** Of one delivery. */
type Word = LeadState | 'doubted'

export interface ListedLeadRow extends LeadRow {
  /** A word for each delivery, with commas between; null or empty: none. */
  delivery_states: string | null
}

export function listLeads(
  db: Builder,
  filter: Sought<LeadFilter>,
  page: Page | CountedPage,
): Compilable {
  return leadsWithDeliveries(db, leads(db, filter, page))
}

/** `page` has its limit already: what is not on it is not looked at. */
export function leadsWithDeliveries(db: Builder, page: Leads): Compilable {
  return db
    .selectFrom(page.as('found'))
    .selectAll()
    .select(statesOf(db).as('delivery_states'))
    .orderBy('id', 'desc')
}

type Leads = ReturnType<typeof leads>

const UNFINISHED = sql`CASE WHEN d.state = 'pending' AND d.series_attempts > 0
  THEN 'retrying' ELSE d.state END`
/** Only what is finished has a note. */
const WORDS: Record<(typeof DELIVERY_TABLES)[number], RawBuilder<unknown>> = {
  waiting: UNFINISHED,
  claimed: UNFINISHED,
  finished: sql`CASE WHEN d.state = 'delivered' AND d.note IN ('web_page', 'body_says_failed')
    THEN 'doubted' ELSE d.state END`,
}

/** As deliveryRangeOf (id.ts) has it, in SQL: what leads and deliveries share is 23 characters. */
function statesOf(db: Builder) {
  const join = isPostgres(db) ? sql`string_agg` : sql`group_concat`
  const bound = (end: string) => sql`'dlv_' || substr(found.id, 6, 23) || ${sql.lit(end)}`
  const parts = DELIVERY_TABLES.map(
    (table) => sql`coalesce((SELECT ${join}(${WORDS[table]}, ',') FROM ${sql.table(table)} AS d
      WHERE d.id > ${bound('000')} AND d.id <= ${bound('zzz')}), '')`,
  )
  return sql<string>`${sql.join(parts, sql` || ',' || `)}`
}

export function toListedLead(row: ListedLeadRow): ListedLead {
  const states = (row.delivery_states ?? '').split(',').filter((state) => state !== '')
  return { ...toLead(row), deliveries: countStates(states as Word[]) } // by statesOf
}

/** The same word that statesOf has. */
export function stateOf({ state, series_attempts, last_note }: DeliveryRow): Word {
  if (state === 'delivered' && isDoubtful(last_note ?? null)) return 'doubted'
  return state === 'pending' && series_attempts > 0 ? 'retrying' : state
}

export function countStates(states: readonly Word[]): LeadDeliveries {
  const unfinished = { pending: 0, retrying: 0, parked: 0 }
  const all = { ...unfinished, delivered: 0, doubted: 0, exhausted: 0, cancelled: 0 }
  for (const state of states) all[state] += 1
  const { pending, retrying, delivered, doubted } = all
  return { ...all, pending: pending + retrying, delivered: delivered + doubted }
}
