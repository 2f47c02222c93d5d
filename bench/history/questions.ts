/** What people ask a full store: lists, filters, searches and charts, by the API's own paths. */
import { LEAD_STATES } from '../../packages/server/src/lead.ts'
import type { ApiClient } from '../api-client.ts'
import type { FilledStore } from './filled-store.ts'
import { EVENT_TYPES, LEAD_TYPE, pick, SOUND_TYPE } from './owners.ts'
import { asPeopleAsk } from './people-questions.ts'
import type { Lead, Question } from './question.ts'
import { COMMON_NAME } from './rows.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Moments of the past that samples are taken from: its beginning, its middle, its end. */
const MOMENTS = [0.1, 0.5, 0.9]
const RARE_TYPE = EVENT_TYPES.at(-1)?.eventType ?? ''

interface Sample {
  delivery: { id: string; eventId: string; chatbotId: string; webhookId: string }
  lead: Lead
}

export async function makeQuestions(api: ApiClient, filled: FilledStore): Promise<Question[]> {
  const samples = await takeSamples(api, filled)
  return [
    ...deliveryLists(filled),
    ...hardQuestions(filled),
    ...spans(filled),
    ...searches(samples, filled),
    ...details(samples),
    ...leadLists(samples, filled),
    ...charts(filled),
    ...troubles(filled),
  ]
}

async function takeSamples(api: ApiClient, { past }: FilledStore): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const share of MOMENTS) {
    const at = past.from + share * (past.to - past.from)
    const span = `from=${iso(at)}&to=${iso(at + HOUR_MS)}&limit=1`
    const deliveries = (await api.get(`/api/v1/deliveries?${span}`)) as List<Sample['delivery']>
    const leads = (await api.get(`/api/v1/leads?${span}`)) as List<Lead>
    const [delivery, lead] = [deliveries.data[0], leads.data[0]]
    if (delivery && lead) samples.push({ delivery, lead })
  }
  if (samples.length === 0) throw new Error('The filled store has nothing where it was filled')
  return samples
}

interface List<Item> {
  data: Item[]
}

function deliveryLists({ chatbots }: FilledStore): Question[] {
  const few = pick(chatbots)
  const webhooks = few.flatMap((chatbot) => chatbot.webhooks.slice(0, 1))
  const [largest] = few
  const ask = (name: string, ...queries: string[]) => ({
    name: `deliveries ${name}`,
    paths: queries.map((query) => `/api/v1/deliveries?${query}`),
  })
  const ofChatbots = (more = '') => few.map(({ id }) => `chatbotId=${id}${more}`)
  const ofWebhooks = (more = '') => webhooks.map(({ id }) => `webhookId=${id}${more}`)
  return [
    ask('of all', '', 'limit=100'),
    ask('by state', 'state=exhausted', 'state=delivered', 'state=cancelled', 'state=pending'),
    ask('by chatbot', ...ofChatbots()),
    ask('by chatbot, state', ...ofChatbots('&state=exhausted'), ...ofChatbots('&state=parked')),
    ask('by webhook', ...ofWebhooks()),
    ask('by webhook, state', ...ofWebhooks('&state=cancelled'), ...ofWebhooks('&state=delivered')),
    ask(
      'by chatbot, webhook, state',
      ...webhooks.map(
        ({ id, chatbotId }) => `webhookId=${id}&chatbotId=${chatbotId}&state=exhausted`,
      ),
    ),
    ask('by event type', 'eventType=order.created', 'eventType=lead.submit'),
    ask('by event type, chatbot', `eventType=order.created&chatbotId=${largest?.id}`),
    ask('by a rare event type', `eventType=${RARE_TYPE}`),
    ask('by a rare event type, chatbot', `eventType=${RARE_TYPE}&chatbotId=${largest?.id}`),
    ask('by an event type that never was', 'eventType=never.sent'),
    ask('by an event type that never was, state', 'eventType=never.sent&state=delivered'),
    ask(
      'by an event type that never was, webhook',
      `eventType=never.sent&webhookId=${largest?.webhooks[0]?.id}`,
    ),
  ]
}

/** What has few answers, or none, among many that look like one. */
function hardQuestions({ chatbots, shop }: FilledStore): Question[] {
  const [largest] = chatbots
  const failed = `state=exhausted&eventType=${SOUND_TYPE}`
  const leads = `eventType=${LEAD_TYPE}`
  const name = COMMON_NAME.toLowerCase()
  const ask = (what: string, ...paths: string[]) => ({
    name: what,
    paths: paths.map((path) => `/api/v1/${path}`),
  })
  return [
    ask('failed deliveries by a type that never failed', `deliveries?${failed}`),
    ask(
      'failed deliveries by a type that never failed, chatbot or webhook',
      `deliveries?${failed}&chatbotId=${largest?.id}`,
      `deliveries?${failed}&webhookId=${largest?.webhooks[0]?.id}`,
    ),
    ask('deliveries, q is a name that thousands have', `deliveries?q=${name}`),
    ask(
      'deliveries, q is a name that thousands have, nobody of the chatbot',
      ...pick(chatbots).map(({ id }) => `deliveries?q=${name}&chatbotId=${id}`),
      `deliveries?q=${name}&chatbotId=${shop.id}`,
    ),
    ask(
      'leads, q is a name that thousands have, nobody of the chatbot',
      ...pick(chatbots).map(({ id }) => `leads?q=${name}&chatbotId=${id}`),
      `leads?q=${name}&chatbotId=${shop.id}`,
    ),
    ask(
      'deliveries of leads, a chatbot with hardly one among millions',
      `deliveries?${leads}&chatbotId=${shop.id}`,
      `deliveries?${leads}&webhookId=${shop.webhooks[0]?.id}`,
    ),
    ask(
      'deliveries of leads by state, a chatbot with hardly one',
      `deliveries?${leads}&chatbotId=${shop.id}&state=exhausted`,
      `deliveries?${leads}&chatbotId=${shop.id}&state=delivered`,
    ),
    ask('leads of a chatbot with hardly one', `leads?chatbotId=${shop.id}`),
  ]
}

function spans({ past, chatbots }: FilledStore): Question[] {
  const times = MOMENTS.map((share) => past.from + share * (past.to - past.from))
  const hours = times.map((at) => `from=${iso(at)}&to=${iso(at + HOUR_MS)}`)
  const days = times.map((at) => `from=${iso(at)}&to=${iso(at + DAY_MS)}`)
  const few = pick(chatbots)
  const cross = (parts: string[], more: string) =>
    few.flatMap(({ id }) =>
      parts.map((part) => `/api/v1/deliveries?chatbotId=${id}&${part}${more}`),
    )
  return [
    { name: 'deliveries of an hour', paths: hours.map((span) => `/api/v1/deliveries?${span}`) },
    { name: 'deliveries of a day, chatbot', paths: cross(days, '') },
    { name: 'deliveries of a day, chatbot, state', paths: cross(days, '&state=exhausted') },
    {
      name: 'deliveries of a day, state',
      paths: days.map((span) => `/api/v1/deliveries?${span}&state=delivered`),
    },
    {
      name: 'deliveries of a day, event type',
      paths: days.map((span) => `/api/v1/deliveries?${span}&eventType=chat.ended`),
    },
  ]
}

function searches(samples: Sample[], { chatbots }: FilledStore): Question[] {
  const [largest] = chatbots
  const find = (name: string, words: string[], more = '') => ({
    name: `deliveries, q is ${name}`,
    paths: words.map((word) => `/api/v1/deliveries?q=${encodeURIComponent(word)}${more}`),
  })
  const leads = samples.map(({ lead }) => lead)
  const deliveries = samples.map(({ delivery }) => delivery)
  return [
    find(
      'a delivery',
      deliveries.map(({ id }) => id),
    ),
    find(
      'an event',
      deliveries.map(({ eventId }) => eventId),
    ),
    find(
      'a webhook',
      deliveries.map(({ webhookId }) => webhookId),
    ),
    find(
      'a lead',
      leads.map(({ id }) => id),
    ),
    find(
      'a conversation',
      leads.map(({ conversationId }) => conversationId),
    ),
    find(
      'an email',
      leads.map(({ customerEmail }) => customerEmail),
    ),
    find(
      'a phone',
      leads.map(({ customerPhone }) => customerPhone),
    ),
    find(
      'a name',
      leads.map(({ customerName }) => customerName),
    ),
    find('a name that nobody has', ['nobody of that name']),
    find('a first name that many have', ['ann', 'brian']),
    find('a first name that many have, chatbot', ['ann'], `&chatbotId=${largest?.id}`),
    find('a letter', ['a']),
    ...asPeopleAsk(leads, 'deliveries', largest?.id),
  ]
}

function details(samples: Sample[]): Question[] {
  const deliveries = samples.map(({ delivery }) => delivery)
  return [
    { name: 'one delivery', paths: deliveries.map(({ id }) => `/api/v1/deliveries/${id}`) },
    { name: 'one event', paths: deliveries.map(({ eventId }) => `/api/v1/events/${eventId}`) },
    {
      name: 'deliveries of an event',
      paths: deliveries.map(({ eventId }) => `/api/v1/deliveries?eventId=${eventId}`),
    },
    { name: 'one lead', paths: samples.map(({ lead }) => `/api/v1/leads/${lead.id}`) },
  ]
}

function leadLists(samples: Sample[], { chatbots, past }: FilledStore): Question[] {
  const day = `from=${iso(past.to - 15 * DAY_MS)}&to=${iso(past.to - 14 * DAY_MS)}`
  const few = pick(chatbots)
  const find = (name: string, words: string[]) => ({
    name: `leads, q is ${name}`,
    paths: words.map((word) => `/api/v1/leads?q=${encodeURIComponent(word)}`),
  })
  const leads = samples.map(({ lead }) => lead)
  return [
    { name: 'leads of all', paths: ['/api/v1/leads'] },
    { name: 'leads by chatbot', paths: few.map(({ id }) => `/api/v1/leads?chatbotId=${id}`) },
    { name: 'leads of a day', paths: [`/api/v1/leads?${day}`] },
    {
      name: 'leads of a day, chatbot',
      paths: few.map(({ id }) => `/api/v1/leads?chatbotId=${id}&${day}`),
    },
    find(
      'an email',
      leads.map(({ customerEmail }) => customerEmail),
    ),
    find(
      'a phone',
      leads.map(({ customerPhone }) => customerPhone),
    ),
    find(
      'a name',
      leads.map(({ customerName }) => customerName),
    ),
    find('a first name that many have', ['ann', 'brian']),
    find('a letter', ['a']),
    ...asPeopleAsk(leads, 'leads', few[0]?.id),
  ]
}

function charts({ chatbots, past }: FilledStore): Question[] {
  const month = `from=${iso(past.from)}&to=${iso(past.to)}&step=1d`
  const hours = `from=${iso(past.from)}&to=${iso(past.to)}&step=1h`
  const week = `from=${iso(past.to - 7 * DAY_MS)}&to=${iso(past.to)}&step=15m`
  const few = pick(chatbots)
  const webhooks = few.flatMap((chatbot) => chatbot.webhooks.slice(0, 1))
  const chart = (name: string, queries: string[]) => ({
    name: `chart of ${name}`,
    paths: queries.map((query) => `/api/v1/stats?${query}`),
  })
  return [
    chart('a day, all', ['']),
    chart(
      'a day, chatbot',
      few.map(({ id }) => `chatbotId=${id}`),
    ),
    chart(
      'a day, webhook',
      webhooks.map(({ id }) => `webhookId=${id}`),
    ),
    chart(
      '30 days, webhook',
      webhooks.map(({ id }) => `webhookId=${id}&${month}`),
    ),
    chart(
      '30 days, chatbot',
      few.map(({ id }) => `chatbotId=${id}&${month}`),
    ),
    chart('30 days, all', [month]),
    chart('30 days by the hour, all', [hours]),
    chart('30 days by the hour, chatbot', [`chatbotId=${few[0]?.id}&${hours}`]),
    chart('a week by the quarter of an hour, all', [week]),
    chart('20 days of the past, all', [`from=${iso(past.from)}&to=${iso(past.to - 10 * DAY_MS)}`]),
  ]
}

/** What was given up, what fails, and what became of leads. */
function troubles({ chatbots, shop, past }: FilledStore): Question[] {
  const few = [...pick(chatbots), shop]
  const webhooks = few.flatMap((chatbot) => chatbot.webhooks.slice(0, 1))
  const name = COMMON_NAME.toLowerCase()
  const asked: [name: string, ...paths: string[]][] = [
    ['given up, of all', 'given-up'],
    ['given up, of a chatbot', ...few.map(({ id }) => `given-up?chatbotId=${id}`)],
    ['given up, of a webhook', ...webhooks.map(({ id }) => `given-up?webhookId=${id}`)],
    ['health of a webhook', ...webhooks.map(({ id }) => `webhooks/${id}/health?span=7d`)],
    ['stats of webhooks', 'stats/webhooks?limit=100'],
    ['stats of a chatbot’s webhooks', ...few.map(({ id }) => `stats/webhooks?chatbotId=${id}`)],
    ['lead stats, all', 'lead-stats', `lead-stats?from=${iso(past.from)}`],
    [
      'lead stats, chatbot',
      ...few.map(({ id }) => `lead-stats?chatbotId=${id}&from=${iso(past.from)}`),
    ],
    [
      'webhooks in trouble',
      'webhooks?troubled=true',
      ...few.map(({ id }) => `webhooks?troubled=true&chatbotId=${id}`),
    ],
    ['chatbots by name', 'chatbots?q=bench', 'chatbots?q=nobody'],
    ['deliveries given up', 'deliveries?givenUp=true'],
    [
      'deliveries given up, webhook',
      ...webhooks.map(({ id }) => `deliveries?givenUp=true&webhookId=${id}`),
    ],
    [
      'deliveries given up, by a status or an error that never was',
      'deliveries?givenUp=true&status=418',
      'deliveries?givenUp=true&error=never',
    ],
    [
      'deliveries given up, webhook, by a status that never was',
      ...webhooks.map(({ id }) => `deliveries?givenUp=true&webhookId=${id}&status=418`),
    ],
    ['deliveries by a status', 'deliveries?status=500'],
    [
      'deliveries by a status that never was',
      'deliveries?status=418',
      ...few.map(({ id }) => `deliveries?status=418&chatbotId=${id}`),
    ],
    ['deliveries by an error that never was', 'deliveries?error=never'],
    ...LEAD_STATES_ASKED.flatMap((state): [string, ...string[]][] => [
      [`leads ${state}`, `leads?deliveryState=${state}`],
      [
        `leads ${state}, chatbot`,
        ...few.map(({ id }) => `leads?deliveryState=${state}&chatbotId=${id}`),
      ],
      [
        `leads ${state}, q`,
        `leads?deliveryState=${state}&q=${name}`,
        `leads?deliveryState=${state}&q=ann`,
        `leads?deliveryState=${state}&q=ann&chatbotId=${few[0]?.id}`,
      ],
    ]),
  ]
  const since = iso(past.from)
  const dry = (what: string, more: object) => ({
    name: `resending, counted${what}`,
    paths: webhooks.map(({ id }) => `/api/v1/webhooks/${id}/recover`),
    body: { since, dryRun: true, ...more },
  })
  return [
    ...asked.map(([name, ...paths]) => ({ name, paths: paths.map((path) => `/api/v1/${path}`) })),
    dry('', {}),
    dry(', by a status that never was', { status: 418 }),
    dry(', by an error that never was', { error: 'never' }),
  ]
}

const LEAD_STATES_ASKED = [...LEAD_STATES, 'none'] as const

function iso(at: number): string {
  return new Date(at).toISOString()
}
