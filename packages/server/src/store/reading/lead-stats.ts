/**
 * How many leads a span has, of which chatbots, and what became of them. Leads are counted as far as
 * `LEADS_COUNTED_MAX`, and the newest `LEADS_SAMPLED_MAX` of them are followed to their deliveries: both
 * are bounded, whatever the span is.
 */
import type { CompiledQuery } from 'kysely'
import type { LeadStats, LeadStatsQuery } from '../desk.ts'
import type { Builder } from './builder.ts'
import { leadStateNumber, leadStateOf } from './lead-states.ts'
import { leads } from './queries.ts'

const LEADS_COUNTED_MAX = 10_000
const LEADS_SAMPLED_MAX = 1_000
/** Those with the most leads. */
const CHATBOTS_TOLD_MAX = 50

interface CountRow {
  chatbot_id: string
  name: string
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
    .selectFrom(leads(db, query, page(LEADS_COUNTED_MAX + 1)).as('counted'))
    .select((eb) => ['chatbot_id', eb.fn.countAll<number>().as('count')])
    .groupBy('chatbot_id')
  const named = db
    .selectFrom(counted.as('of_chatbot'))
    .innerJoin('chatbots', 'chatbots.id', 'of_chatbot.chatbot_id')
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

export function toLeadStats([named = [], sampled = []]: unknown[][]): LeadStats {
  const chatbots = (named as CountRow[])
    .map((row) => ({ chatbotId: row.chatbot_id, name: row.name, count: Number(row.count) }))
    .sort((one, other) => other.count - one.count || (one.chatbotId < other.chatbotId ? 1 : -1))
  const found = chatbots.reduce((sum, { count }) => sum + count, 0)
  const states = { ...NO_LEADS }
  for (const row of sampled as StateRow[])
    states[leadStateOf(Number(row.state))] += Number(row.count)
  return {
    count: Math.min(found, LEADS_COUNTED_MAX),
    more: found > LEADS_COUNTED_MAX,
    chatbots: chatbots.slice(0, CHATBOTS_TOLD_MAX),
    moreChatbots: chatbots.length > CHATBOTS_TOLD_MAX,
    sampled: Object.values(states).reduce((sum, count) => sum + count, 0),
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
