/**
 * What became of a lead: of its deliveries the one in the worst state, found through the ids that they
 * share (id.ts). Three short walks over primary keys for each lead that is looked at.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { LEAD_EVENT_SPELLINGS } from '../../event.ts'
import { deliveryRangeOf, eventIdOf } from '../../id.ts'
import { LEAD_STATES, type LeadState } from '../../lead.ts'
import type { CountedPage, LeadFilter, Page } from '../desk.ts'
import { type Builder, isPostgres } from './builder.ts'
import { IN_ITS_ORDER, idRange, likely } from './walking.ts'

/** The worst first: a lead is in the state whose number is the least; after the last: in none. */
const STATE_NUMBERS: ReadonlyMap<string, number> = new Map(
  LEAD_STATES.map((state, index) => [state, index]),
)
const NONE = LEAD_STATES.length

/** Of those that were delivered, or have no delivery, so many leads are looked through for a page. */
export const LEADS_LOOKED_AT = 5_000

export function leadStateOf(stateNumber: number): LeadState | 'none' {
  return LEAD_STATES[stateNumber] ?? 'none'
}

/** The number of a lead's state; `lead`: the table or walk that its `id` is of. */
export function leadStateNumber(db: Builder, lead: string): RawBuilder<number> {
  return stateNumber(db, sql`substr(${sql.ref(`${lead}.id`)}, 6, 23)`)
}

/** `shared`: what the ids of a lead and of its deliveries have in common. */
function stateNumber(db: Builder, shared: RawBuilder<unknown>): RawBuilder<number> {
  const bound = (end: string) => sql`'dlv_' || ${shared} || ${sql.lit(end)}`
  const cases = LEAD_STATES.filter((state) => state !== 'retrying').map(
    (state) => sql`WHEN ${sql.lit(state)} THEN ${sql.lit(STATE_NUMBERS.get(state))}`,
  )
  const numbers = (['claimed', 'waiting', 'finished'] as const).map(
    (table) => sql`coalesce((SELECT min(CASE WHEN d.state = 'pending' AND d.series_attempts > 0
        THEN ${sql.lit(STATE_NUMBERS.get('retrying'))} ELSE CASE d.state ${sql.join(cases, sql` `)}
        ELSE ${sql.lit(NONE)} END END) FROM ${sql.table(table)} AS d
      WHERE d.id > ${bound('000')} AND d.id <= ${bound('zzz')}), ${sql.lit(NONE)})`,
  )
  return sql<number>`${sql.raw(isPostgres(db) ? 'least' : 'min')}(${sql.join(numbers)})`
}

/** CASE: PostgreSQL takes it for true of every second row, and walks until the page is full. */
export function isOfLeadStates(db: Builder, states: readonly (LeadState | 'none')[]) {
  return likely([isNumberOf(states, leadStateNumber(db, 'leads'))])
}

function isNumberOf(states: readonly (LeadState | 'none')[], number: RawBuilder<number>) {
  const numbers = states.map((state) => sql.lit(STATE_NUMBERS.get(state) ?? NONE))
  return sql<SqlBool>`${number} IN (${sql.join(numbers)})`
}

/**
 * Where leads of states that are rare are looked for: among the deliveries in them, whose lists are kept
 * by state. Null: most are delivered, and what has none is in no list; there leads are looked through.
 */
export function leadsByDeliveries(
  db: Builder,
  filter: LeadFilter,
  page: Page | CountedPage,
): RawBuilder<unknown> | null {
  const { deliveryStates } = filter
  const walks: RawBuilder<unknown>[] = []
  for (const sought of deliveryStates ?? []) {
    if (sought === 'none' || sought === 'delivered') return null
    const isOver = sought === 'exhausted' || sought === 'cancelled'
    const state = sought === 'retrying' ? 'pending' : sought
    const tables = isOver ? (['finished'] as const) : (['claimed', 'waiting'] as const)
    const also = isSought(db, filter, sought)
    walks.push(...tables.map((table) => walk(db, filter, { page, table, state, also })))
  }
  if (walks.length === 0) return null
  return sql`SELECT 'lead_' || substr(id, 5, 23) || '000' FROM (${sql.join(walks, sql` UNION ALL `)})
    AS of_state`
}

/**
 * What is asked of each delivery while the walk goes on: what it would leave to the leads that it has
 * found could be all of them, and the page stay empty. The cheap ones first.
 */
function isSought(db: Builder, { from, to }: LeadFilter, state: LeadState): RawBuilder<SqlBool>[] {
  // In one walk: of a spelling that nobody uses, one of its own would never be full.
  const also = [sql<SqlBool>`event_type IN (${sql.join(LEAD_EVENT_SPELLINGS)})`]
  if (state === 'retrying') also.push(sql`series_attempts > 0`)
  if (state === 'pending') also.push(sql`series_attempts = 0`)
  if (from !== undefined) also.push(sql`created_at >= ${from}`)
  if (to !== undefined) also.push(sql`created_at < ${to}`)
  // Nothing is worse than the first.
  if (state !== LEAD_STATES[0]) {
    also.push(isNumberOf([state], stateNumber(db, sql`substr(deliveries.id, 5, 23)`)))
  }
  return also
}

/** A lead that several webhooks got is found once in each table. */
function isLastOfLead(table: Walk['table']) {
  return sql<SqlBool>`NOT EXISTS (SELECT 1 FROM ${sql.table(table)} AS later
    WHERE later.id > deliveries.id AND later.id <= substr(deliveries.id, 1, 27) || 'zzz'
      AND later.state = deliveries.state)`
}

interface Walk {
  page: Page | CountedPage
  table: 'claimed' | 'waiting' | 'finished'
  state: string
  also: RawBuilder<SqlBool>[]
}

/** As the lists of deliveries are walked (deliveries.ts), by the ids alone. */
function walk(
  db: Builder,
  filter: LeadFilter,
  { page, table, state, also }: Walk,
): RawBuilder<unknown> {
  const { chatbotId } = filter
  const after = 'after' in page && page.after !== null ? page.after : null
  const { floor, ceiling } = idRange('delivery', filter, {
    after: after && deliveryRangeOf(eventIdOf(after)).first,
  })
  const failed =
    table === 'finished' && chatbotId === undefined ? sql`AND state <> 'delivered'` : sql``
  const limit = page.limit + ('skip' in page ? page.skip : 0)
  const from = sql`SELECT id FROM ${sql.table(table)} AS deliveries`
  const sought = likely([...also, isLastOfLead(table)])
  if (table === 'claimed') {
    // A few thousand at most, and in no list.
    const own = chatbotId === undefined ? sql`` : sql`AND chatbot_id = ${chatbotId}`
    return sql`SELECT id FROM (${from} WHERE id >= ${floor} AND id < ${ceiling} AND state = ${state}
      AND ${sought} ${own} ORDER BY id DESC LIMIT ${limit}) AS walk`
  }
  if (!isPostgres(db)) {
    const own = chatbotId === undefined ? sql`` : sql`chatbot_id = ${chatbotId} AND`
    return sql`SELECT id FROM (${from} WHERE ${own} state = ${state} ${failed} AND id >= ${floor}
      AND id < ${ceiling} AND ${sought} ORDER BY id DESC LIMIT ${limit}) AS walk`
  }
  const place = chatbotId === undefined ? [state] : [chatbotId, state]
  const columns = chatbotId === undefined ? ['state'] : ['chatbot_id', 'state']
  const names = sql.join(columns.map((column) => sql.ref(column)))
  const order = sql.join([...columns, 'id'].map((column) => sql`${sql.ref(column)} DESC`))
  return sql`SELECT id FROM (${from} WHERE (${names}, id) >= (${sql.join(place)}, ${floor})
    AND (${names}, id) < (${sql.join(place)}, ${ceiling}) ${failed} AND ${sought}
    ${sql.raw(IN_ITS_ORDER)} ORDER BY ${order} LIMIT ${limit}) AS walk`
}
