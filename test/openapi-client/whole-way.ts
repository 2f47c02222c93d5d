/**
 * The whole main way by a client that was made from the OpenAPI document, and by nothing else: a
 * chatbot, a webhook, a lead, its deliveries, one sent again. Run by `client.test.ts`, which makes the
 * types first; a mistake that they would let through is an error of the compiler here.
 */
import createClient from 'openapi-fetch'
import { until } from '../support/until.ts'
import type { components, paths, webhooks } from './generated/api.ts'

const { API_URL = '', API_KEY = '', ENDPOINT = '' } = process.env
const client = createClient<paths>({
  baseUrl: API_URL,
  headers: { authorization: `Bearer ${API_KEY}` },
})

const chatbot = await must(client.POST('/api/v1/chatbots', { body: { name: 'Shop' } }))
const ofChatbot = { params: { path: { id: chatbot.id } } }
const webhook = await must(
  client.POST('/api/v1/chatbots/{id}/webhooks', {
    ...ofChatbot,
    body: {
      url: ENDPOINT,
      eventTypes: ['lead.submit'],
      description: 'by a generated client',
      metadata: { env: 'prod', 'made.by': 'client & co' },
    },
  }),
)
const listed = (metadata: Record<string, string>) =>
  must(client.GET('/api/v1/webhooks', { params: { query: { metadata } } }))
const found = await listed({ env: 'prod', 'made.by': 'client & co' })
const none = await listed({ env: 'test' })
const accepted = await must(
  client.POST('/api/v1/chatbots/{id}/leads', {
    params: { ...ofChatbot.params, header: { 'Idempotency-Key': 'once' } },
    body: { customerName: 'Ann', customerEmail: 'ann@example.com' },
  }),
)
const first = await deliveryIn('delivered')
const resent = await must(
  client.POST('/api/v1/deliveries/{id}/resend', { params: { path: { id: first.id } } }),
)
const again = await deliveryIn('delivered', 2)
const { data: leads } = await must(
  client.GET('/api/v1/leads', { params: { query: { chatbotId: chatbot.id, limit: 1 } } }),
)
const refused = await client.PATCH('/api/v1/webhooks/{id}', {
  params: { path: { id: webhook.id } },
  body: { timeoutSeconds: 500 },
})
const problem: components['schemas']['Error'] | undefined = refused.error
await must(client.DELETE('/api/v1/webhooks/{id}', { params: { path: { id: webhook.id } } }))
const gone = await client.GET('/api/v1/webhooks/{id}', { params: { path: { id: webhook.id } } })

console.log(
  JSON.stringify({
    secret: webhook.secret,
    byMetadata: [found.data.map(({ id }) => id === webhook.id), none.data],
    leadId: accepted.leadId,
    leads: leads.map(({ id, customerName }) => [id, customerName]),
    states: [first.state, resent.state, again.state],
    attempts: again.attempts.map(({ number, status }) => [number, status]),
    explanation: again.explanation,
    problem: [refused.response.status, problem?.code, problem?.details?.[0]?.path],
    gone: [gone.response.status, gone.error?.code],
  }),
)

/** The one delivery, when it is in this state after so many attempts. */
async function deliveryIn(state: components['schemas']['Delivery']['state'], attempts = 1) {
  const look = async () => {
    const { data } = await must(
      client.GET('/api/v1/deliveries', { params: { query: { webhookId: webhook.id } } }),
    )
    const [found] = data
    return found?.state === state && found.attemptCount === attempts ? found : null
  }
  const { id } = await until(look, { what: `the delivery to be ${state}` })
  return must(client.GET('/api/v1/deliveries/{id}', { params: { path: { id } } }))
}

async function must<Data>(
  asked: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await asked
  if (!response.ok) throw new Error(`${response.url} answered ${JSON.stringify(error)}`)
  return data as Data
}

/** Never called: what the types must refuse. */
export async function mistakes() {
  // @ts-expect-error: there is no such route
  await client.GET('/api/v1/chatbot')
  // @ts-expect-error: a name is required
  await client.POST('/api/v1/chatbots', { body: {} })
  // @ts-expect-error: a URL is text
  await client.POST('/api/v1/chatbots/{id}/webhooks', { ...ofChatbot, body: { url: 5 } })
  // @ts-expect-error: there is no such state
  await client.GET('/api/v1/deliveries', { params: { query: { state: 'lost' } } })
  // @ts-expect-error: a lead has no such field
  return leads[0]?.customerNmae
}

type Received = webhooks['lead.submit']['post']['requestBody']['content']['application/json']

/** What a receiver gets has a type too: the one of its webhook's format, told by its keys. */
export function nameOf(body: Received): string {
  if ('event' in body) {
    const type: 'lead.submit' = body.event
    return `${type}: ${body.data.name} by ${body.data.channel}`
  }
  if ('agentId' in body) return `${body.agentId}: ${body.payload.customerName}`
  const spelling: 'lead.submit' | 'leads.submit' = body.eventType
  return `${spelling}: ${body.payload.customerName}`
}
