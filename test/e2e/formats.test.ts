/** What a webhook asks for arrives so, and stays the same bytes at each attempt, whatever happens meanwhile. */
import { createHmac } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { ServerWorld } from '../support/server-world.ts'
import { until } from '../support/until.ts'

const SETTINGS = { RETRY_SCHEDULE: '0s,1s,1s,1s,1s,1s,1s,1s', LOG_LEVEL: 'warn' }
const TEMPLATE = '{"who":"{{payload.customerName}}","shop":"{{chatbotName}}"}'
const ANN = { customerName: 'Ann <!channel>', customerEmail: 'ann@shop.example' }

test('each format is signed and sent as it is written down', async () => {
  const world = await ServerWorld.open({ settings: SETTINGS })
  onTestFinished(() => world.close())
  const { chatbotId, endpoint, webhook } = await world.subscribe()
  const wants = [
    { format: 'agent' },
    { format: 'event', include: ['custom', 'context', 'consent'] },
    { format: 'slack' },
    { format: 'template', template: TEMPLATE },
    { format: 'template', templateType: 'form', template: 'name={{payload.customerName}}' },
  ]
  for (const want of wants) {
    const body = { url: webhook.url, eventTypes: ['leads.submit'], secret: webhook.secret, ...want }
    await world.api.post(`/api/v1/chatbots/${chatbotId}/webhooks`, body)
  }
  await world.api.postLead(chatbotId, ANN)
  await until(() => (endpoint.received.length === 6 ? true : null), { what: 'six deliveries' })
  const [ids, bodies] = [new Set<string>(), new Map<string, string>()]
  for (const { headers, body } of endpoint.received) {
    ids.add(String(headers['webhook-id']))
    const given = String(headers['x-chatzuri-signature'])
    const [algorithm, before] = given.startsWith('sha256=') ? ['sha256', 'sha256='] : ['sha1', '']
    const hmac = createHmac(algorithm, webhook.secret).update(body).digest('hex')
    expect(given).toBe(before + hmac)
    expect(headers['webhook-signature']).toMatch(/^v1,/)
    bodies.set(body.toString(), String(headers['content-type']))
  }
  expect(ids.size).toBe(1)
  expect(bodies.get('{"who":"Ann <!channel>","shop":"Shop assistant"}')).toBe('application/json')
  expect(bodies.get('name=Ann+%3C%21channel%3E')).toBe('application/x-www-form-urlencoded')
  const read = [...bodies.keys()]
    .filter((body) => body.startsWith('{'))
    .map((body) => JSON.parse(body))
  expect(read.find(({ agentId }) => agentId)).toMatchObject({ eventType: 'lead.submit' })
  expect(read.find(({ data }) => data)?.data).toMatchObject({
    custom: {},
    consent: null,
    channel: 'website',
  })
  expect(read.find(({ blocks }) => blocks)?.text).toBe('New lead from Shop assistant')
})

test('a delivery keeps its bytes while format, template and filter change, and the program is killed', async () => {
  const world = await ServerWorld.open({ settings: SETTINGS })
  onTestFinished(() => world.close())
  const fields = { format: 'template', template: TEMPLATE }
  const { chatbotId, endpoint, webhook } = await world.subscribe({
    steps: [{ kind: 'answer', status: 500 }],
    fields,
  })
  await world.api.postLead(chatbotId, ANN)
  await until(() => endpoint.received.length > 0 || null, { what: 'an attempt' })
  const path = `/api/v1/webhooks/${webhook.id}`
  await world.api.patch(path, { template: '{"other":"{{payload.customerEmail}}"}' })
  await world.api.patch(`/api/v1/chatbots/${chatbotId}`, { name: 'Renamed' })
  await world.server.kill()
  await world.restart()
  await world.api.patch(path, { format: 'event', filter: { channel: 'nowhere' } })
  const seen = endpoint.received.length
  await until(() => endpoint.received.length > seen + 1 || null, { what: 'more attempts' })
  await endpoint.behave({ kind: 'answer', status: 200 })
  const taken = endpoint.received.length
  await until(() => endpoint.received.length > taken || null, { what: 'the last one' })
  expect(new Set(endpoint.received.map(({ body }) => body.toString()))).toEqual(
    new Set(['{"who":"Ann <!channel>","shop":"Shop assistant"}']),
  )
})

test('what a template makes too large ends at once, and is nobody else’s trouble', async () => {
  const world = await ServerWorld.open({ settings: SETTINGS })
  onTestFinished(() => world.close())
  const big = `{"a":"${'{{payload.text}}'.repeat(3)}"}`
  const fields = { eventTypes: ['note.made'], format: 'template', template: big }
  const { chatbotId, endpoint, webhook } = await world.subscribe({ fields })
  await world.api.post(`/api/v1/chatbots/${chatbotId}/webhooks`, {
    url: webhook.url,
    eventTypes: ['note.made'],
  })
  const { eventId } = await world.api.post<{ eventId: string }>(
    `/api/v1/chatbots/${chatbotId}/events`,
    { eventType: 'note.made', payload: { text: 'x'.repeat(50_000) } },
  )
  type Seen = { deliveries: { webhookId: string; state: string; lastError: string | null }[] }
  const over = await until(
    async () => {
      const { deliveries } = await world.api.get<Seen>(`/api/v1/events/${eventId}`)
      return deliveries.every(({ state }) => state !== 'pending') ? deliveries : null
    },
    { what: 'the end of both' },
  )
  const mine = over.find(({ webhookId }) => webhookId === webhook.id)
  expect(mine).toMatchObject({
    state: 'exhausted',
    lastError: expect.stringContaining('more than 102399 bytes'),
  })
  expect(over.find(({ webhookId }) => webhookId !== webhook.id)?.state).toBe('delivered')
  expect(endpoint.received).toHaveLength(1)
  const { health } = await world.api.get<{ health: { consecutiveFailures: number } }>(
    `/api/v1/webhooks/${webhook.id}`,
  )
  expect(health.consecutiveFailures).toBe(0)
})
