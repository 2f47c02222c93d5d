/**
 * How many leads a span has, of which chatbots, and what became of them. Leads are counted as far as
 * `LEADS_COUNTED_MAX`, and the newest `LEADS_SAMPLED_MAX` of them are followed to their deliveries: both
 * are bounded, whatever the span is.
 */
import type { CompiledQuery } from 'kysely'
import type { LeadStats, LeadStatsQuery, Page } from '../../desk.ts'
import type { Builder } from '../builder.ts'
import { leadStateNumber, leadStateOf } from '../lead-states.ts'
import { leads } from '../queries.ts'
import { idRange } from '../walking.ts'

const LEADS_COUNTED_MAX = 10_000
const LEADS_SAMPLED_MAX = 1_000
/** Those with the most leads. */
const CHATBOTS_TOLD_MAX = 50

interface CountRow {
  chatbot_id: string
  /** Null: it is being deleted, and its leads with it. */
  name: string | null
  count: number
}

interface StateRow {
  state: number
  count: number
}

/** Of one row more than is counted, which tells that there are more. */
export function leadStatsQueries(db: Builder, query: LeadStatsQuery): CompiledQuery[] {
  const page = (limit: number) => ({ limit, after: null })
  const counted = db
    .selectFrom(counting(db, query, page(LEADS_COUNTED_MAX + 1)).as('counted'))
    .select((eb) => ['chatbot_id', eb.fn.countAll<number>().as('count')])
    .groupBy('chatbot_id')
  const named = db
    .selectFrom(counted.as('of_chatbot'))
    .leftJoin('chatbots', (join) =>
      join.onRef('chatbots.id', '=', 'of_chatbot.chatbot_id').on('deleted_at', 'is', null),
    )
    .select(['chatbot_id', 'chatbots.name', 'count'])
  const states = db
    .selectFrom(leads(db, query, page(LEADS_SAMPLED_MAX)).as('lead'))
    .select(leadStateNumber(db, 'lead').as('state'))
  const sampled = db
    .selectFrom(states.as('sampled'))
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .groupBy('state')
  return [named.compile(), sampled.compile()]
}

/** Of all chatbots: which of them are there is asked once for each, and not for each of their leads. */
function counting(db: Builder, query: LeadStatsQuery, page: Page) {
  const { chatbotId, from, to } = query
  if (chatbotId !== undefined) return leads(db, query, page)
  const { floor, ceiling } = idRange('lead', query, page)
  return db
    .selectFrom('leads')
    .select(['id', 'chatbot_id'])
    .where('id', '>=', floor)
    .where('id', '<', ceiling)
    .where('created_at', '>=', from)
    .where('created_at', '<', to)
    .orderBy('id', 'desc')
    .limit(page.limit)
}

export function toLeadStats([named = [], sampled = []]: unknown[][]): LeadStats {
  const read = (named as CountRow[]).map((row) => ({ ...row, count: Number(row.count) }))
  const chatbots = read
    .flatMap(({ chatbot_id: chatbotId, name, count }) =>
      name === null ? [] : [{ chatbotId, name, count }],
    )
    .sort((one, other) => other.count - one.count || (one.chatbotId < other.chatbotId ? 1 : -1))
  const found = sumOf(chatbots.map(({ count }) => count))
  const states = { ...NO_LEADS }
  for (const row of sampled as StateRow[])
    states[leadStateOf(Number(row.state))] += Number(row.count)
  return {
    count: Math.min(found, LEADS_COUNTED_MAX),
    more: sumOf(read.map(({ count }) => count)) > LEADS_COUNTED_MAX,
    chatbots: chatbots.slice(0, CHATBOTS_TOLD_MAX),
    moreChatbots: chatbots.length > CHATBOTS_TOLD_MAX,
    sampled: sumOf(Object.values(states)),
    states,
  }
}

const NO_LEADS: LeadStats['states'] = {
  exhausted: 0,
  retrying: 0,
  parked: 0,
  pending: 0,
  delivered: 0,
  cancelled: 0,
  none: 0,
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
